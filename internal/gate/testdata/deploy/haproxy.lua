-- Asks the gate whether the system may connect. Only an answer of 200 that says
-- allow, once, sets the variable; whatever else happens leaves it as it was: unset.
local address = "http://127.0.0.1:9002/gate/v1/connect"

core.register_action("gate", { "http-req" }, function(txn)
  local answer = core.httpclient():get {
    url = address,
    headers = {
      ["x-system-id"] = { txn:get_var("txn.system") },
      ["x-provider-id"] = { txn:get_var("txn.provider") },
    },
  }
  local said = answer and answer.status == 200 and answer.headers and answer.headers["x-decision"]
  if said and said[0] == "allow" and said[1] == nil then
    txn:set_var("txn.decision", "allow")
  end
end)
