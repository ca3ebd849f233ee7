#include "report/print_html.h"

static const char *const style[] = {
    ":root{--back:#fff;--text:#1d2329;--faint:#5c6670;--line:#d8dde2;--head:#f2f4f6;--bad:#b3261e;--f0:#2e7d4f;",
    "--f1:#5aa9c9;--f2:#b08a00;--f3:#e07b1f;--f4:#c62f2f;--f5:#7c52a5}",
    "@media (prefers-color-scheme:dark){:root{--back:#14181c;--text:#e4e8ec;--faint:#9aa5b0;--line:#333b43;",
    "--head:#1e242a;--bad:#ff8a80;--f0:#57b57e;--f1:#6fc0de;--f2:#dcb830;--f3:#f39a4a;--f4:#f0625d;--f5:#ae88d6}}",
    "*{box-sizing:border-box}",
    "body{margin:0;background:var(--back);color:var(--text);font:15px/1.45 system-ui,sans-serif}",
    "header,main{max-width:1500px;margin:0 auto;padding:0 16px}",
    "h1{font-size:24px;margin:20px 0 8px}h2{font-size:18px;margin:28px 0 8px}small{color:var(--faint);font-weight:400}",
    ".facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}",
    ".facts dt{color:var(--faint)}.facts dd{margin:0;overflow-wrap:anywhere}",
    ".warning{border-left:4px solid var(--bad);padding:6px 12px;background:var(--head)}",
    ".outcomes{list-style:none;padding:0;margin:16px 0;display:grid;gap:8px;",
    "grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}",
    ".outcomes li{background:var(--head);border-radius:6px;padding:8px 12px}",
    ".outcomes b{display:block;font-size:22px}.outcomes small{display:block}",
    ".key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}",
    ".key.f0{background:var(--f0)}.key.f1{background:var(--f1)}.key.f2{background:var(--f2)}",
    ".key.f3{background:var(--f3)}.key.f4{background:var(--f4)}.key.f5{background:var(--f5)}",
    "#timeline svg{width:100%;height:150px;display:block;border-bottom:1px solid var(--line)}",
    "rect.f0{fill:var(--f0)}rect.f1{fill:var(--f1)}rect.f2{fill:var(--f2)}rect.f3{fill:var(--f3)}",
    "rect.f4{fill:var(--f4)}rect.f5{fill:var(--f5)}rect.good{fill:var(--f0)}rect.late{fill:var(--f4)}",
    ".axis{display:flex;justify-content:space-between;gap:8px;margin:2px 0;color:var(--faint);font-size:13px}",
    ".ends{list-style:none;padding:0;margin:0;max-width:700px}",
    ".ends li{display:grid;grid-template-columns:9.5em 1fr 4em;gap:8px;align-items:center}",
    ".ends svg{width:100%;height:12px;display:block}",
    ".filter{margin:0 0 6px}.filter input{font:inherit;color:inherit;background:var(--head);",
    "border:1px solid var(--line);border-radius:4px;padding:4px 8px;width:min(100%,320px)}",
    ".filter output{color:var(--faint)}",
    ".scroll{overflow:auto;max-height:75vh;border:1px solid var(--line);border-radius:4px}",
    "table{border-collapse:collapse;width:max-content;min-width:100%;font-size:13px}",
    "th{position:sticky;top:0;background:var(--head);text-align:left;padding:0;white-space:nowrap}",
    "th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:6px 8px;cursor:pointer;",
    "width:100%;text-align:inherit}th.n,td.n{text-align:right}",
    "th[aria-sort=ascending] button::after{content:\" \\25B2\"}",
    "th[aria-sort=descending] button::after{content:\" \\25BC\"}",
    "td{border-top:1px solid var(--line);padding:4px 8px;vertical-align:top;max-width:24em;",
    "overflow-wrap:break-word}",
    "td.n{white-space:nowrap;font-variant-numeric:tabular-nums}",
    "tr.bad td:first-child,tr.f4 td:first-child,tr.f3 td:first-child{border-left:4px solid var(--bad)}",
    ".rest{color:var(--faint)}",
    "@media (max-width:500px){td{max-width:16em}.facts{grid-template-columns:1fr}",
    ".facts dd{margin-bottom:6px}.axis{flex-wrap:wrap}}",
    NULL};

/* Text goes into the page by the server of texts alone, which is C: here rows are only hidden and moved. */
static const char *const script[] = {
    "'use strict';",
    "function valueOf(row, column) { return row.cells[column].textContent; }",
    "function sortBy(table, column, header) {",
    "  const down = header.getAttribute('aria-sort') === 'ascending';",
    "  const numeric = header.classList.contains('n');",
    "  const body = table.tBodies[0];",
    "  const keyed = Array.from(body.rows, row => ({row, key: valueOf(row, column)}));",
    "  const compare = numeric",
    "    ? (a, b) => (a.key === '' ? -Infinity : Number(a.key)) - (b.key === '' ? -Infinity : Number(b.key)) || 0",
    "    : (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0;",
    "  keyed.sort((a, b) => down ? compare(b, a) : compare(a, b));",
    "  body.append(...keyed.map(item => item.row));",
    "  for (const other of header.parentNode.cells) other.removeAttribute('aria-sort');",
    "  header.setAttribute('aria-sort', down ? 'descending' : 'ascending');",
    "}",
    "function filter(section) {",
    "  const words = section.querySelector('input').value.toLowerCase().split(/\\s+/).filter(Boolean);",
    "  let shown = 0;",
    "  const rows = section.querySelector('tbody').rows;",
    "  for (const row of rows) {",
    "    const text = row.textContent.toLowerCase();",
    "    row.hidden = !words.every(word => text.includes(word));",
    "    shown += row.hidden ? 0 : 1;",
    "  }",
    "  section.querySelector('output').textContent = words.length > 0 ? shown + ' of ' + rows.length : '';",
    "}",
    "for (const section of document.querySelectorAll('section')) {",
    "  const table = section.querySelector('table');",
    "  if (table === null) continue;",
    "  section.querySelector('input').addEventListener('input', () => filter(section));",
    "  Array.from(table.tHead.rows[0].cells).forEach((header, column) =>",
    "    header.querySelector('button').addEventListener('click', () => sortBy(table, column, header)));",
    "}",
    NULL};

static void print_lines(const char *const *lines, FILE *out)
{
    for (; *lines != NULL; lines++)
        fprintf(out, "%s\n", *lines);
}

void html_print_style(FILE *out)
{
    print_lines(style, out);
}

void html_print_script(FILE *out)
{
    print_lines(script, out);
}
