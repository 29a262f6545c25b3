-- SPDX-License-Identifier: Apache-2.0
-- Asks the sidecar before a request goes on to the gate. See haproxy.cfg.
--
-- Whatever goes wrong here leaves txn.weighbridge unset, which haproxy.cfg
-- takes for a refusal. GET, because an answer to HEAD has no body and the
-- client is to get the denial's. (Written for the httpclient of HAProxy 2.6:
-- tables of headers count from 0 when heard, from 1 when sent.)

local injected = {
    "x-agent-class",
    "x-agent-score",
    "x-agent-name",
    "x-agent-category",
    "x-agent-org",
    "x-agent-labels",
    "x-price-action",
    "x-price",
    "x-price-amount",
    "x-price-currency",
    "x-price-asset",
    "x-price-network",
    "x-price-pay-to",
    "x-price-route",
    "x-price-tier",
    "x-price-offers",
    "x-price-demand",
    "x-price-quote",
    "x-payment-state",
    "x-payment-forward",
    "x-payment-payer",
    "x-weighbridge-decision",
    "x-weighbridge-mode",
    "x-weighbridge-would",
}

-- Of the client's connection, or said by us.
local not_asked = {
    ["connection"] = true, ["keep-alive"] = true, ["te"] = true,
    ["upgrade"] = true, ["expect"] = true, ["proxy-connection"] = true,
    ["content-length"] = true, ["transfer-encoding"] = true,
    ["host"] = true, ["x-forwarded-method"] = true,
    ["x-forwarded-uri"] = true, ["x-forwarded-host"] = true,
    ["x-forwarded-proto"] = true, ["x-forwarded-for"] = true,
}

-- What the client is not given of a denial: HAProxy frames it anew.
local not_given = {
    ["connection"] = true, ["keep-alive"] = true, ["content-length"] = true,
    ["transfer-encoding"] = true,
}

-- Names as gates that fold them see them.
local function fold(name)
    return (name:lower():gsub("[^a-z0-9]", "-"))
end

local guarded = {
    ["payment-response"] = true, ["x-payment-response"] = true,
    ["payment-required"] = true, ["x-payment-required"] = true,
    ["settlement-overrides"] = true, ["extension-responses"] = true,
    ["x-weighbridge-proof"] = true,
}
for _, name in ipairs(injected) do
    guarded[name] = true
end
local payment = {
    ["payment-signature"] = true,
    ["x-payment"] = true,
    ["x-payment-authorization"] = true,
    ["payment-authorization"] = true,
    ["crawler-exact-price"] = true,
    ["crawler-max-price"] = true,
    ["sign-in-with-x"] = true,
}

-- Does one of the credentials of an Authorization header pay?
local paying = {
    ["payment"] = true, ["l402"] = true, ["lsat"] = true, ["license"] = true,
}
local function pays(values)
    for i = 0, #values do
        for item in values[i]:gmatch("[^,]+") do
            if paying[(item:match("%w+") or ""):lower()] then
                return true
            end
        end
    end
    return false
end

local function list(values, from)
    local out = {}
    for i = from, #values do
        out[#out + 1] = values[i]
    end
    return out
end

-- The client's headers as they came, doubled ones doubled, and the facts.
local function question(txn, headers)
    local ask = {}
    for name, values in pairs(headers) do
        if not not_asked[name] then
            ask[name] = list(values, 0)
        end
    end
    -- Empty means none to the sidecar; else httpclient makes them up.
    ask["user-agent"] = ask["user-agent"] or { "" }
    ask["accept"] = ask["accept"] or { "" }
    ask["x-forwarded-method"] = { txn.f:method() }
    ask["x-forwarded-uri"] = { txn.f:pathq() }
    ask["x-forwarded-host"] = headers["host"] and list(headers["host"], 0)
    ask["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" }
    ask["x-forwarded-for"] = { txn.f:src() }
    return ask
end

local function deny(txn, answer)
    local reply = txn:reply({ status = answer.status })
    for name, values in pairs(answer.headers) do
        for _, value in ipairs(not_given[name] and {} or list(values, 0)) do
            reply:add_header(name, value)
        end
    end
    if txn.f:method() ~= "HEAD" then
        reply:set_body(answer.body)
    end
    txn:done(reply)
end

-- All of them, each once; nil if one is missing.
local function decision(answer)
    local out = {}
    for _, name in ipairs(injected) do
        local values = answer.headers[name]
        if not values or #values ~= 0 or values[0] == "" then
            return nil
        end
        out[name] = values[0]
    end
    return out
end

local function allow(txn, headers, decided)
    local forward = decided["x-payment-forward"] == "1"
    for name, values in pairs(headers) do
        local folded = fold(name)
        if guarded[folded] or folded:find("^x%-x402%-")
            or folded:find("^x%-amzn%-waf%-")
            or (payment[folded] and not (forward and name == folded))
            or (folded == "authorization" and not forward and pays(values)) then
            txn.http:req_del_header(name)
        end
    end
    for name, value in pairs(decided) do
        txn.http:req_set_header(name, value)
    end
    txn:set_var("txn.weighbridge", "allow")
end

core.register_action("weighbridge", { "http-req" }, function(txn, url)
    local headers = txn.http:req_get_headers()
    local answer = core.httpclient():get({
        url = url, headers = question(txn, headers), timeout = 500,
    })
    local status = answer and answer.status or 0
    if status >= 400 and status < 500 then
        deny(txn, answer)
    elseif status == 200 then
        local decided = decision(answer)
        if decided then
            allow(txn, headers, decided)
        end
    end
end, 1)
