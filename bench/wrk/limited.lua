-- A thousand clients ask, each under its own key, whether a request may pass: as the party's path wants to be asked.
local requests = {}
local next = 0

local function requestOf(client)
  local headers = {
    ["Host"] = "api.example.com",
    ["X-Client"] = client,
    ["User-Agent"] = "partner/1",
  }
  if wrk.path == "/authz/json" then
    local body = string.format(
      '{"method":"GET","path":"/v1/orders","ip":"10.0.0.7","headers":{"x-client":"%s"}}', client)
    return wrk.format("POST", wrk.path, headers, body)
  end
  if wrk.path == "/authz/nginx" then
    headers["X-Original-URI"] = "/v1/orders"
    headers["X-Original-Method"] = "GET"
    headers["X-Forwarded-For"] = "10.0.0.7"
  end
  return wrk.format("GET", wrk.path, headers)
end

function init()
  for i = 0, 999 do
    requests[i] = requestOf(string.format("client_%d", i))
  end
end

function request()
  next = (next + 1) % 1000
  return requests[next]
end
