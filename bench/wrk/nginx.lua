-- A thousand callers, each with its own address and key, ask what nginx's auth_request would.
local requests = {}
local next = 0

function init()
  for i = 0, 999 do
    local headers = {
      ["Host"] = "api.example.com",
      ["X-Original-URI"] = "/v1/orders/" .. (1000 + i) .. "?expand=lines",
      ["X-Original-Method"] = "GET",
      ["X-Forwarded-For"] = "10." .. math.floor(i / 256) .. "." .. (i % 256) .. ".7",
      ["X-Api-Key"] = string.format("bench-key-%04d", i),
      ["User-Agent"] = "partner/1",
    }
    requests[i] = wrk.format("GET", "/authz/nginx", headers)
  end
end

function request()
  next = (next + 1) % 1000
  return requests[next]
end
