// Passkeys: a form marked data-passkey asks the browser to make one ("create") or
// to use one ("get"), puts its answer into the field "credential" and sends itself.
// The options stand in data-options, or are asked for at data-ask.
(function () {
  "use strict";

  function bytes(text) {
    var s = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(s, function (c) { return c.charCodeAt(0); });
  }

  function text(buffer) {
    var s = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(s).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function listed(all) {
    return (all || []).map(function (c) { return Object.assign({}, c, {id: bytes(c.id)}); });
  }

  function ready(o) {
    o.challenge = bytes(o.challenge);
    if (o.user) o.user.id = bytes(o.user.id);
    if (o.excludeCredentials) o.excludeCredentials = listed(o.excludeCredentials);
    if (o.allowCredentials) o.allowCredentials = listed(o.allowCredentials);
    return {publicKey: o};
  }

  function said(c) {
    var r = c.response, out = {clientDataJSON: text(r.clientDataJSON)};
    if (r.attestationObject) {
      out.attestationObject = text(r.attestationObject);
      out.transports = r.getTransports ? r.getTransports() : [];
    } else {
      out.authenticatorData = text(r.authenticatorData);
      out.signature = text(r.signature);
      if (r.userHandle) out.userHandle = text(r.userHandle);
    }
    return JSON.stringify({id: c.id, rawId: text(c.rawId), type: c.type, response: out, clientExtensionResults: c.getClientExtensionResults()});
  }

  function options(form) {
    if (form.dataset.options) return Promise.resolve(JSON.parse(form.dataset.options));
    return fetch(form.dataset.ask, {method: "POST"}).then(function (r) {
      if (!r.ok) throw new Error(String(r.status));
      return r.json();
    });
  }

  // The code of an enrolment link stands after its #: it goes into its field, and out
  // of the address.
  var code = document.querySelector("form[action='/enrol'] input[name=token]:not([type=hidden])");
  if (code && location.hash.length > 1) {
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    if (!window.PublicKeyCredential) return;
    var wrong = form.querySelector("[data-wrong]"), button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", function (e) {
      e.preventDefault();
      wrong.hidden = true;
      button.disabled = true;
      options(form).then(function (o) {
        return navigator.credentials[form.dataset.passkey](ready(o));
      }).then(function (c) {
        form.elements.credential.value = said(c);
        form.submit();
      }).catch(function () {
        button.disabled = false;
        wrong.hidden = false;
      });
    });
  });
})();
