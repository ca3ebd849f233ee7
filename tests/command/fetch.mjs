// Fetches HOST:PORT as any program of Node.js does, and says whether the chain is trusted.
import tls from "node:tls";

const [host, port] = process.argv.slice(2);
const socket = tls.connect({ host, port, servername: host }, () => { console.log("done"); socket.end(); });
socket.on("error", (error) => { console.log(error.code); process.exitCode = 1; });
