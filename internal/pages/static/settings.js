// An owner's pages: passkeys, by calls to the pages' own server. Without a framework, without inline code.
"use strict";

async function call(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const field = answer && answer.field ? answer.field + ": " : "";
    throw new Error(field + ((answer && answer.error) || response.statusText));
  }
  return answer;
}

// inWords says what went wrong, for the person in front of it.
function inWords(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The passkey was not used: it was cancelled, took too long, or is not on this device.";
    case "InvalidStateError":
      return "This device holds a passkey for this account already.";
    case "SecurityError":
      return "This page may not use passkeys: open the network at its own address.";
    case "TypeError":
      return "The network does not answer. Try again.";
  }
  return error.message;
}

async function sign(path) {
  const { publicKey } = await call(path + "/options", {});
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.get({ publicKey: options });
  return credential.toJSON();
}

async function signIn(button) {
  const credential = await sign("/auth/passkey");
  const { next } = await call("/auth/passkey", { next: button.dataset.next, credential });
  location.assign(next);
}

async function lift(button) {
  const path = "/settings/sanctions/" + button.dataset.id + "/lift";
  await call(path, { credential: await sign(path) });
  location.assign("/settings?done=lift");
}

async function agree(button) {
  const path = "/settings/requests/" + button.dataset.id + "/key";
  const { state } = await call(path, { credential: await sign(path) });
  location.assign(state === "executed" ? "/settings?done=agreed-executed" : "/settings?done=agreed");
}

async function makePasskey(form) {
  const { publicKey } = await call("/settings/passkeys/options", { password: form.elements.password.value });
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.create({ publicKey: options });
  await call("/settings/passkeys", { name: form.elements.name.value, credential: credential.toJSON() });
  location.assign("/settings/security?done=passkey-made");
}

// run does something once, with its button off meanwhile, and says what went wrong.
async function run(button, action) {
  const status = document.querySelector("[data-status]");
  button.disabled = true;
  status.textContent = "One moment …";
  status.hidden = false;
  try {
    await action();
  } catch (error) {
    status.textContent = inWords(error);
    button.disabled = false;
  }
}

const actions = { "sign-in": signIn, lift, agree };
for (const button of document.querySelectorAll("button[data-do]")) {
  button.addEventListener("click", () => run(button, () => actions[button.dataset.do](button)));
}
for (const form of document.querySelectorAll("form[data-form=passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form.querySelector("button"), () => makePasskey(form));
  });
}
