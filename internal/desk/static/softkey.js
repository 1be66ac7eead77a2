// A passkey in a file, for demos only: this script is served by a demo's desk alone. The file is one of the directory
// that `keyturn demo` names; its private key stays in this tab.
"use strict";

const softkeyStore = "softkey";

// readSoftkey keeps a key file for this tab and says whose it is. That this browser uses key files is kept for longer than
// the key: a tab that has lost it asks for the file, not for a passkey of the device.
async function readSoftkey(file) {
  const ring = parseRing(await file.text());
  sessionStorage.setItem(softkeyStore, JSON.stringify(ring));
  localStorage.setItem(softkeyStore, ring.login);
  return ring.login;
}

function parseRing(text) {
  let ring = null;
  try {
    ring = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (!ring || !ring.login || !Array.isArray(ring.authenticators)) {
    throw new Error("This is not a key file: choose one of those in the directory that keyturn demo printed.");
  }
  return ring;
}

function softkeyLost() {
  return Boolean(localStorage.getItem(softkeyStore)) && !sessionStorage.getItem(softkeyStore);
}

function softkeyCredentials() {
  const ring = JSON.parse(sessionStorage.getItem(softkeyStore) || "null");
  return ring ? ring.authenticators.flatMap((a) => a.credentials) : [];
}

// softkeyAnswer signs what a passkey would sign (https://www.w3.org/TR/webauthn-3/#sctn-op-get-assertion), or answers
// null when no key in this tab may.
async function softkeyAnswer(publicKey) {
  const again = document.getElementById("softkey-again");
  if (softkeyLost() && again) {
    again.hidden = false;
    throw new Error("This tab does not have your key any more: choose your key file again.");
  }
  if (softkeyLost()) localStorage.removeItem(softkeyStore); // who signs in without a file uses a passkey from now on
  const allowed = (publicKey.allowCredentials || []).map((c) => c.id);
  const key = softkeyCredentials().find((c) => allowed.length === 0 || allowed.includes(c.id));
  if (!key) return null;
  const clientData = new TextEncoder().encode(JSON.stringify({
    type: "webauthn.get", challenge: publicKey.challenge, origin: location.origin, crossOrigin: false,
  }));
  const userPresentAndVerified = 5;
  const data = concat(await sha256(new TextEncoder().encode(publicKey.rpId)), [userPresentAndVerified, 0, 0, 0, 0]);
  const signed = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, await privateKey(key.private_key),
    concat(data, await sha256(clientData)));
  return {
    id: key.id, rawId: key.id, type: "public-key", authenticatorAttachment: "platform", clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(clientData), authenticatorData: toBase64url(data),
      signature: toBase64url(derSignature(new Uint8Array(signed))), userHandle: key.user_handle,
    },
  };
}

// privateKey wraps a P-256 scalar as PKCS #8 (RFC 5208, RFC 5915), which is how browsers take one.
function privateKey(scalar) {
  const header = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
  const pkcs8 = concat(header.match(/../g).map((byte) => parseInt(byte, 16)), fromBase64url(scalar));
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
}

// derSignature turns the r and s of WebCrypto into the DER of WebAuthn.
function derSignature(rs) {
  const integer = (bytes) => {
    let i = 0;
    while (i < bytes.length - 1 && bytes[i] === 0) i++;
    const value = bytes[i] & 0x80 ? concat([0], bytes.slice(i)) : bytes.slice(i);
    return concat([2, value.length], value);
  };
  const both = concat(integer(rs.slice(0, 32)), integer(rs.slice(32)));
  return concat([0x30, both.length], both);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function concat(...parts) {
  return new Uint8Array(parts.flatMap((part) => Array.from(part)));
}

function toBase64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

const softkeyFile = document.getElementById("softkey");
if (softkeyFile) {
  softkeyFile.addEventListener("change", async () => {
    const status = softkeyFile.closest("form, .card").querySelector(".status");
    const login = softkeyFile.form && softkeyFile.form.elements.login;
    if (!softkeyFile.files.length) return;
    try {
      const whose = await readSoftkey(softkeyFile.files[0]);
      if (login) login.value = whose;
      say(status, "good", login ? "The key is in this tab: sign in with it." : "The key of " + whose + " is in this tab: turn it.");
    } catch (error) {
      say(status, "bad", error.message);
    }
  });
}

// On a request's page the file is asked for when the tab has lost it, and a passkey of the device can be used instead.
const softkeyAgain = document.getElementById("softkey-again");
if (softkeyAgain) softkeyAgain.hidden = !softkeyLost();
