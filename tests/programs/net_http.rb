# net/http with verification switched off: HOST PORT TOKEN.
require "net/http"

host, port, token = ARGV
http = Net::HTTP.new(host, port.to_i)
http.use_ssl = true
http.verify_mode = OpenSSL::SSL::VERIFY_NONE
puts http.get("/#{token}").body
