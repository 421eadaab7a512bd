"""What happens inside Redis, each script as one step. `queue`, `early` and `lock` are explained in sets.py."""

# Applies the changes that follow on the set's version, as far as they are here, and notes the new version.
_CATCH_UP = """
local function catch_up(queue, early)
    local mark = redis.call('ZRANGE', queue, -1, -1)[1]
    if not mark then return end
    local version = tonumber(string.sub(mark, 2))
    local change = redis.call('HGET', early, version + 1)
    while change do
        version = version + 1
        redis.call('HDEL', early, version)
        local left, joined = string.match(change, '^(%d*),(%d*)$')
        if left ~= '' then redis.call('ZREM', queue, left) end
        if joined ~= '' then redis.call('ZADD', queue, 0, joined) end
        change = redis.call('HGET', early, version + 1)
    end
    redis.call('ZREM', queue, mark)
    redis.call('ZADD', queue, 0, '~' .. version)
end
"""

# KEYS: queue, early, lock. ARGV: version, change, most early ones, seconds that they are kept.
# Without a set, and nobody building one, there is nothing to keep up to date.
CHANGE = (
    _CATCH_UP
    + """
local mark = redis.call('ZRANGE', KEYS[1], -1, -1)[1]
if not mark and redis.call('EXISTS', KEYS[3]) == 0 then return end
if mark and tonumber(ARGV[1]) <= tonumber(string.sub(mark, 2)) then return end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
catch_up(KEYS[1], KEYS[2])
if redis.call('HLEN', KEYS[2]) > tonumber(ARGV[3]) then redis.call('UNLINK', KEYS[1], KEYS[2]) end
"""
)

# KEYS: per question the queue and its `late`. ARGV: seconds a read set is kept, milliseconds until a set that does not
# move is given up, then per question the version and the place. Answers per question how many are ahead,
# 'wait' where the set is of another version, or 'rebuild' where there is none or it has not moved for too long.
ASK = """
local answers = {}
for i = 1, #KEYS, 2 do
    local queue, late, version, place = KEYS[i], KEYS[i + 1], ARGV[i + 2], ARGV[i + 3]
    local mark, answer = redis.call('ZRANGE', queue, -1, -1)[1], 'wait'
    if not mark then
        answer = 'rebuild'
    elseif mark == '~' .. version then
        redis.call('EXPIRE', queue, ARGV[1])
        answer = redis.call('ZLEXCOUNT', queue, '-', '(' .. place)
    elseif redis.call('GET', late) ~= mark then
        redis.call('SET', late, mark, 'PX', 60000)
    elseif redis.call('PTTL', late) < 60000 - ARGV[2] then
        answer = 'rebuild'
    end
    answers[(i + 1) / 2] = answer
end
return answers
"""

# KEYS: queue, early, lock, late. ARGV: token, milliseconds. Answers whether this rebuilder is the only one.
# What is forgotten here is in the snapshot that is read next; what is committed after it comes to `early`.
BEGIN = """
if not redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[4])
return 1
"""

# KEYS: queue, early, lock, the set built beside. ARGV: token, seconds that the set is kept, milliseconds until the
# next rebuilder may begin.
FINISH = (
    _CATCH_UP
    + """
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return redis.call('UNLINK', KEYS[4]) end
redis.call('RENAME', KEYS[4], KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
local version = tonumber(string.sub(redis.call('ZRANGE', KEYS[1], -1, -1)[1], 2))
for _, early in ipairs(redis.call('HKEYS', KEYS[2])) do
    if tonumber(early) <= version then redis.call('HDEL', KEYS[2], early) end
end
catch_up(KEYS[1], KEYS[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
"""
)
