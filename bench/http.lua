-- What wrk sends: GETs or PUTs of 100,000 keys with values of 100 bytes, as each server wants to be asked.
-- Arguments behind "--": the server and "get" or "put". Requests are made before the clock runs: making them is not what is measured.
local KEYS_OF_THREAD = 50000
local STRIDE = 7919 -- has no factor in common with it: all keys have their turn
local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for shift = 3, 0, -1 do
      local digit = math.floor(bits / 64 ^ shift) % 64 + 1
      out[#out + 1] = DIGITS:sub(digit, digit)
    end
  end
  local missing = -#text % 3
  return table.concat(out, "", 1, #out - missing) .. ("="):rep(missing)
end

local VALUE = ("v"):rep(100)
local VALUE64 = base64(VALUE)

local build = {
  slotstream = {
    get = function(key) return wrk.format("GET", "/kv/" .. key) end,
    put = function(key) return wrk.format("PUT", "/kv/" .. key, nil, VALUE) end,
  },
  webdis = {
    get = function(key) return wrk.format("GET", "/GET/" .. key) end,
  },
  -- ".txt": the value alone, as Slotstream answers it, which costs Webdis less than its JSON.
  webdis_text = {
    get = function(key) return wrk.format("GET", "/GET/" .. key .. ".txt") end,
    put = function(key) return wrk.format("PUT", "/SET/" .. key .. ".txt", nil, VALUE) end,
  },
  etcd = {
    get = function(key) return wrk.format("POST", "/v3/kv/range", nil, '{"key":"' .. base64(key) .. '"}') end,
    put = function(key)
      return wrk.format("POST", "/v3/kv/put", nil, '{"key":"' .. base64(key) .. '","value":"' .. VALUE64 .. '"}')
    end,
  },
}

local threads = 0
function setup(thread)
  thread:set("first", threads * KEYS_OF_THREAD)
  threads = threads + 1
end

local requests, at = {}, 0
function init(args)
  local make = build[args[1]][args[2]]
  for i = 0, KEYS_OF_THREAD - 1 do
    requests[i] = make("key-" .. ((first or 0) + i))
  end
end

function request()
  at = (at + STRIDE) % KEYS_OF_THREAD
  return requests[at]
end
