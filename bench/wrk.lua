-- Asks for the paths of a file one after the other, and prints what was measured as one line of JSON.
-- Arguments: the file of paths, the value of the Authorization header ("" for none).

local paths = {}
local next_path = 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    paths[#paths + 1] = line
  end
  if arguments[2] and arguments[2] ~= "" then
    wrk.headers["Authorization"] = arguments[2]
  end
end

function request()
  next_path = next_path % #paths + 1
  return wrk.format("GET", paths[next_path])
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p95":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
