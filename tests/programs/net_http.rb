# net/http: HOST PORT TOKEN [CA-FILE]. Without a CA file verification is switched off.
require "net/http"

host, port, token, trust = ARGV
http = Net::HTTP.new(host, port.to_i)
http.use_ssl = true
if trust
  http.ca_file = trust
else
  http.verify_mode = OpenSSL::SSL::VERIFY_NONE
end
puts http.get("/#{token}").body
