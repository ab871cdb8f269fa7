-- A thousand callers, each with its own address and a stated client, ask for a decision as data.
local requests = {}
local next = 0

function init()
  for i = 0, 999 do
    local body = string.format(
      '{"method":"GET","path":"/v1/orders/%d?expand=lines","host":"api.example.com","ip":"10.%d.%d.7",'
        .. '"headers":{"user-agent":"partner/1","x-api-key":"bench-key-%04d"}}',
      1000 + i, math.floor(i / 256), i % 256, i)
    requests[i] = wrk.format("POST", "/authz/json", { ["Content-Type"] = "application/json" }, body)
  end
end

function request()
  next = (next + 1) % 1000
  return requests[next]
end
