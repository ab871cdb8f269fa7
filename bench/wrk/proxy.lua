-- A thousand callers, each with its own address and key, ask the service behind a proxy: reads, or orders of 4 KB where the path ends in a slash.
local requests = {}
local next = 0

function init()
  local write = wrk.path:sub(-1) == "/"
  local body = write and string.rep("y", 4096) or nil
  for i = 0, 999 do
    local headers = {
      ["Host"] = "api.example.com",
      ["X-Forwarded-For"] = "10." .. math.floor(i / 256) .. "." .. (i % 256) .. ".7",
      ["X-Api-Key"] = string.format("bench-key-%04d", i),
      ["User-Agent"] = "partner/1",
      ["Content-Type"] = write and "application/json" or nil,
    }
    local path = write and "/v1/orders" or "/v1/orders/" .. (1000 + i) .. "?expand=lines"
    requests[i] = wrk.format(write and "POST" or "GET", path, headers, body)
  end
end

function request()
  next = (next + 1) % 1000
  return requests[next]
end
