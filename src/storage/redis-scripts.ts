import { hash } from "node:crypto";

/** A script with the id that Redis knows it by. */
export interface RedisScript {
  readonly lua: string;
  readonly sha1: string;
}

/**
 * The layout, `{p}` being the prefix as a hash tag, so that all keys lie on one node of a cluster:
 *
 * - `{p}r:<namespace>:<key>`: hash of v(alue), versio(n), e(nd) and g(roup), the last two if there are any
 * - `{p}g:<namespace>:<group>`: sorted set of the keys of a group; the score is the record's end
 * - `{p}expiry`: sorted set of `<namespace>:<key>` of records with an end; the score is the end
 * - `{p}schema`: the number of this layout
 * - `{p}all`: sorted set of `<namespace>:<key>` of all records, in the order of the text
 *
 * A record also ends in Redis, GRACE seconds after its end by the writer's clock: memory is freed when no
 * server runs to sweep, and a wrong clock takes nothing early. KEYS[1] only leads to the node.
 */
const PRELUDE = `
local GRACE = 3600
local prefix, now = ARGV[1], tonumber(ARGV[2])
local function path(address) return prefix .. 'r:' .. address end
local function groupPath(address, group)
  return prefix .. 'g:' .. string.match(address, '^[^:]*:') .. group
end
local function keyOf(address) return string.match(address, '^[^:]*:(.*)$') end
local function find(address)
  local fields = redis.call('HMGET', path(address), 'v', 'n', 'e', 'g')
  if not fields[1] then return nil end
  local record = { v = fields[1], n = fields[2], e = fields[3], g = fields[4] }
  record.live = not record.e or tonumber(record.e) > now
  return record
end
local function drop(address, record)
  redis.call('DEL', path(address))
  redis.call('ZREM', prefix .. 'all', address)
  redis.call('ZREM', prefix .. 'expiry', address)
  if record and record.g then redis.call('ZREM', groupPath(address, record.g), keyOf(address)) end
end
local function write(address, old, new)
  drop(address, old)
  redis.call('HSET', path(address), 'v', new.v, 'n', new.n)
  redis.call('ZADD', prefix .. 'all', 0, address)
  if new.e then
    redis.call('HSET', path(address), 'e', new.e)
    redis.call('ZADD', prefix .. 'expiry', new.e, address)
    redis.call('EXPIRE', path(address), math.max(1, tonumber(new.e) - now + GRACE))
  end
  if new.g then
    redis.call('HSET', path(address), 'g', new.g)
    redis.call('ZREMRANGEBYSCORE', groupPath(address, new.g), '-inf', now)
    redis.call('ZADD', groupPath(address, new.g), new.e or '+inf', keyOf(address))
  end
end
local function optional(flag, value) if flag == '1' then return value end return nil end
`;

const toScript = (body: string): RedisScript => {
  const lua = PRELUDE + body;
  return { lua, sha1: hash("sha1", lua, "hex") };
};

/** The number of the layout above; one that changes gets another number, and a script that leads to it. */
export const REDIS_SCHEMA = 1;

/** The verbs of the store, each one atomic script. Arguments: prefix, now, then as each says. */
export const REDIS_SCRIPTS = {
  /** the number of the layout → the number that this prefix has, which a new one gets from here */
  schema: toScript(`
    redis.call('SET', prefix .. 'schema', ARGV[3], 'NX')
    return redis.call('GET', prefix .. 'schema')`),
  /** → 1 if this prefix has a layout, which a store gets when it is opened first; else 0 */
  isMade: toScript("return redis.call('EXISTS', prefix .. 'schema')"),
  /** address → value and version, or nil */
  get: toScript(`
    local record = find(ARGV[3])
    if not record or not record.live then return nil end
    return { record.v, record.n }`),
  /** address, value, "any" | "absent" | version, end?, group? → version, or 0 for a conflict */
  put: toScript(`
    local address, condition = ARGV[3], ARGV[5]
    local old = find(address)
    local version = old and old.live and old.n or nil
    if condition == 'absent' and version then return 0 end
    if condition ~= 'any' and condition ~= 'absent' and condition ~= version then return 0 end
    local new = { v = ARGV[4], e = optional(ARGV[6], ARGV[7]), g = optional(ARGV[8], ARGV[9]) }
    new.n = (tonumber(version) or 0) + 1
    write(address, old, new)
    return new.n`),
  /** address → value and version, or nil */
  take: toScript(`
    local record = find(ARGV[3])
    if not record or not record.live then return nil end
    drop(ARGV[3], record)
    return { record.v, record.n }`),
  /** address */
  delete: toScript("drop(ARGV[3], find(ARGV[3]))"),
  /** the start of the group's addresses, group → keys */
  list: toScript(
    "return redis.call('ZRANGEBYSCORE', groupPath(ARGV[3], ARGV[4]), '(' .. now, '+inf')",
  ),
  /** the bounds of the addresses, group, limit, 1 for the last ones → keys, from the end where the last ones */
  listPage: toScript(`
    local low, high, limit, last = ARGV[3], ARGV[4], tonumber(ARGV[6]), ARGV[7] == '1'
    local found = {}
    while true do
      local addresses
      if last then
        addresses = redis.call('ZREVRANGEBYLEX', prefix .. 'all', high, low, 'LIMIT', 0, limit)
      else
        addresses = redis.call('ZRANGEBYLEX', prefix .. 'all', low, high, 'LIMIT', 0, limit)
      end
      for _, address in ipairs(addresses) do
        local fields = redis.call('HMGET', path(address), 'g', 'e')
        if fields[1] == ARGV[5] and (not fields[2] or tonumber(fields[2]) > now) then
          table.insert(found, keyOf(address))
          if #found == limit then return found end
        end
      end
      if #addresses < limit then return found end
      if last then high = '(' .. addresses[#addresses] else low = '(' .. addresses[#addresses] end
    end`),
  /** limit → how many were removed */
  sweep: toScript(`
    local due = redis.call('ZRANGEBYSCORE', prefix .. 'expiry', '-inf', now, 'LIMIT', 0, ARGV[3])
    for _, address in ipairs(due) do drop(address, find(address)) end
    return #due`),
  /** → live records */
  count: toScript(`
    return redis.call('ZCARD', prefix .. 'all') - redis.call('ZCOUNT', prefix .. 'expiry', '-inf', now)`),
  /** where to start, limit → the last address looked at, then address, value, version, end and group of each live one */
  page: toScript(`
    local addresses = redis.call('ZRANGEBYLEX', prefix .. 'all', ARGV[3], '+', 'LIMIT', 0, ARGV[4])
    local found = { addresses[#addresses] or false }
    for _, address in ipairs(addresses) do
      local record = find(address)
      if record and record.live then
        table.insert(found, { address, record.v, record.n, record.e and 1 or 0, record.e or '',
          record.g and 1 or 0, record.g or '' })
      end
    end
    return found`),
  /** address, value, version, end?, group? */
  restore: toScript(`
    local new = { v = ARGV[4], n = ARGV[5], e = optional(ARGV[6], ARGV[7]), g = optional(ARGV[8], ARGV[9]) }
    write(ARGV[3], find(ARGV[3]), new)`),
  /** address, old value, new value → 1 or 0 */
  swap: toScript(`
    local record = find(ARGV[3])
    if not record or not record.live or record.v ~= ARGV[4] then return 0 end
    redis.call('HSET', path(ARGV[3]), 'v', ARGV[5])
    return 1`),
} as const satisfies Readonly<Record<string, RedisScript>>;
