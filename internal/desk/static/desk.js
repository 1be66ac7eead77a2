// The desk's pages: passkeys, and calls to the desk's JSON API. Without a framework, without inline code.
"use strict";

async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const why = (answer && answer.error) || response.statusText;
    const field = answer && answer.field ? answer.field + ": " : "";
    const law = answer && answer.law ? " (law: " + answer.law.replaceAll("_", " ") + ")" : "";
    const error = new Error(field + why + law);
    error.field = answer && answer.field;
    error.why = why + law;
    throw error;
  }
  return answer;
}

// inWords says what went wrong, for the person in front of it.
function inWords(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The passkey was not used: it was cancelled, took too long, or is not on this device."
        + (document.getElementById("softkey") ? " If your key is a file, choose it first." : "");
    case "InvalidStateError":
      return "This device holds a passkey for this login already: use another one.";
    case "SecurityError":
      return "This page may not use passkeys: open the desk at its own address.";
    case "TypeError":
      return "The desk does not answer. Try again.";
  }
  return error.message;
}

async function sign(optionsPath, body) {
  const { publicKey } = await call("POST", optionsPath, body);
  const inFile = typeof softkeyAnswer === "function" && await softkeyAnswer(publicKey); // a demo's desk only
  if (inFile) return inFile;
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.get({ publicKey: options });
  return credential.toJSON();
}

async function signIn(form) {
  const login = form.elements.login.value.trim();
  const credential = await sign("/api/v1/sign-in/options", { login });
  await call("POST", "/api/v1/sign-in", { login, credential });
  location.assign(form.dataset.next);
  return "Signed in.";
}

// makePasskey has the browser make a passkey, and hands it in under the name that its owner gives it.
async function makePasskey(form, optionsPath, path) {
  const { publicKey } = await call("POST", optionsPath, {});
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.create({ publicKey: options });
  return call("POST", path, { name: form.elements.name.value, credential: credential.toJSON() });
}

// found makes one of a founder's passkeys; the page that follows says what comes next.
async function found(form) {
  const link = "?link=" + encodeURIComponent(form.dataset.link);
  await makePasskey(form, "/api/v1/founding/options" + link, "/api/v1/founding/passkeys" + link);
  location.reload();
  return "Your passkey is made.";
}

async function enrol(form) {
  const path = "/api/v1/enrol/" + encodeURIComponent(form.dataset.token);
  const made = await makePasskey(form, path + "/options", path);
  form.querySelector("button").remove();
  return "Your passkey is made. Its fingerprint is " + made.fingerprint + "; tell it to the colleagues who enrol it, as number " + made.id + ".";
}

// recover begins a recovery: the page that follows makes the passkey, and then takes what was signed for it.
async function recover(form) {
  const begun = await call("POST", "/api/v1/recoveries/passkeys", { login: form.elements.login.value.trim() });
  location.assign("/recover/" + begun.token);
  return "One moment …";
}

async function remake(form) {
  const path = "/api/v1/enrol/" + encodeURIComponent(form.dataset.token);
  await makePasskey(form, path + "/options", path);
  location.reload();
  return "Your passkey is made.";
}

async function handIn(form) {
  const begun = await call("POST", "/api/v1/recoveries", { statement: form.elements.statement.value });
  return "The recovery has begun. Unless somebody stops it, your passkey is enrolled at " + new Date(begun.effect_at).toUTCString() + ".";
}

async function stopRecovery(button) {
  const reason = document.getElementById("why-stop").value;
  await call("POST", "/api/v1/recoveries/" + button.dataset.recovery + "/stop", { reason });
  location.reload();
  return "Stopped.";
}

// ask puts a command to the guard and goes to the request that it opens.
async function ask(order) {
  const q = await call("POST", "/api/v1/requests", order);
  location.assign("/requests/" + q.id);
  return "Asked for.";
}

// orderOf reads the form of a command. Inputs that the command does not take are disabled, and left out.
function orderOf(form) {
  const order = { params: {} };
  for (const input of form.elements) {
    const value = input.value.trim();
    if (!input.name || input.disabled || !value) continue;
    const [into, name] = input.name.startsWith("params.") ? [order.params, input.name.slice("params.".length)] : [order, input.name];
    into[name] = input.type === "datetime-local" ? new Date(value + "Z").toISOString() : value;
  }
  return order;
}

// fit shows the inputs that the chosen command takes.
function fit(form) {
  const kind = form.elements.kind.value;
  for (const field of form.querySelectorAll("[data-for]")) {
    field.hidden = !field.dataset.for.split(" ").includes(kind);
    for (const input of field.querySelectorAll("input, select, textarea")) input.disabled = field.hidden;
  }
}

// unseen takes back what was shown of an order that has changed since.
function unseen(form) {
  form.querySelector("[data-answer]").replaceChildren();
  form.querySelector('[data-do="send"]').hidden = true;
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  say(form.querySelector(".status"), "", "");
}

// preview shows what would become of an order, and lets it be sent when it would not be refused.
async function preview(form) {
  unseen(form);
  const order = orderOf(form);
  if (!order.kind) throw amiss("kind", "choose what is to be done");
  const empty = [...form.elements].find((input) => input.required && !input.disabled && input.name !== "reason" && !input.value);
  if (empty) throw amiss(empty.name, "is needed");
  const x = await call("POST", "/api/v1/explain", order);
  const place = form.querySelector("[data-answer]");
  if (x.words) place.append(paragraph(x.words, "strong"));
  if (x.preview) place.append(paragraph(x.preview.words + ". " + budgetWords(x.preview)));
  if (x.refusal) {
    place.append(paragraph("It would be refused: " + x.refusal.error + lawWords(x.refusal), "note bad"));
    return "";
  }
  place.append(paragraph(x.allowed ? "You alone suffice" + afterWait(x.need) + ": it is done when you ask for it or, where that takes a passkey, when you turn your key on the request." : "It takes " + needWords(x.need) + "."));
  if (x.key_refusal) place.append(paragraph("Your own key would not count: " + x.key_refusal.error + lawWords(x.key_refusal), "note warn"));
  else if (!x.allowed) place.append(paragraph("With your own key it would still lack " + missingWords(x.missing) + "."));
  form.querySelector('[data-do="send"]').hidden = false;
  return "";
}

function paragraph(text, className) {
  const p = document.createElement("p");
  p.className = className || "";
  p.textContent = text;
  return p;
}

function lawWords(refusal) {
  return refusal.law ? " (law: " + refusal.law.replaceAll("_", " ") + ")" : "";
}

// counted is a number of things, each of which has a name.
function counted(n, one, many) {
  return n === 1 ? "1 " + one : n.toLocaleString("en") + " " + many;
}

function roleWords(roles) {
  return roles.map((role) => role.replaceAll("_", " ")).join(", ");
}

// lengthWords is a length of time in words.
function lengthWords(seconds) {
  const parts = [];
  for (const [of, one, many] of [[86400, "day", "days"], [3600, "hour", "hours"], [60, "minute", "minutes"], [1, "second", "seconds"]]) {
    const n = Math.floor(seconds / of);
    if (n) parts.push(counted(n, one, many));
    seconds -= n * of;
  }
  return parts.join(" and ");
}

function afterWait(need) {
  return need.wait_seconds ? ", with a wait of " + lengthWords(need.wait_seconds) : "";
}

function needWords(need) {
  const roles = need.roles.length ? ", among them " + roleWords(need.roles) : "";
  const teams = need.teams > 1 ? ", from " + need.teams + " teams" : "";
  const wait = need.wait_seconds ? ", and then a wait of " + lengthWords(need.wait_seconds) : "";
  return (need.keys === 1 ? "1 key" : need.keys + " people's keys") + roles + teams + wait;
}

function missingWords(missing) {
  const parts = [counted(missing.keys, "more person", "more people")];
  if (missing.roles.length) parts.push("somebody of " + roleWords(missing.roles).replaceAll(", ", ", somebody of "));
  if (missing.teams) parts.push(counted(missing.teams, "more team", "more teams"));
  return parts.join(": ");
}

function budgetWords({ hour, day }) {
  const left = (x) => counted(x.accounts_left, "account", "accounts") + " and " + counted(x.reach_left, "follower", "followers");
  return "Left of what you may darken: " + left(hour) + " this hour, " + left(day) + " today.";
}

// send asks for what was previewed.
async function send(button) {
  const form = button.form;
  if (!form.reportValidity()) throw amiss("reason", "is needed");
  const q = await call("POST", "/api/v1/requests", orderOf(form));
  const goesOnThere = ["view_private", "reset_credentials"].includes(q.kind); // its page has what comes next
  if (q.state === "executed" && !goesOnThere) {
    tell("Done: " + q.words, "/requests/" + q.id, "See the request");
    location.assign(form.dataset.back);
    return "Done.";
  }
  const states = { waiting: " has its keys and waits for its time.", executed: " took effect.", pending: " is open: it waits for keys." };
  tell("Request " + q.id + (states[q.state] || " is " + q.state + "."));
  location.assign("/requests/" + q.id);
  return "Asked for.";
}

// tell keeps what is to be said on the page that comes next, with a link.
function tell(words, href, link) {
  sessionStorage.setItem("told", JSON.stringify({ words, href, link }));
}

// amiss is an error about one input.
function amiss(field, why) {
  return Object.assign(new Error(field + ": " + why), { field, why });
}

// sure asks whether something is meant.
function sure(words, yes) {
  const dialog = document.createElement("dialog");
  const answer = (text, value, className) => {
    const button = document.createElement("button");
    button.textContent = text;
    button.className = className;
    button.addEventListener("click", () => dialog.close(value));
    return button;
  };
  const row = document.createElement("div");
  row.className = "row";
  row.append(answer(yes, "yes", "main"), answer("No, leave it", "", ""));
  dialog.append(paragraph(words), row);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }));
}

// bringIn asks for a first role for somebody new.
function bringIn(form) {
  const params = {};
  for (const name of ["name", "login", "team", "role", "kind", "ends"]) params[name] = form.elements[name].value.trim();
  return ask({ kind: "grant_role", reason: form.elements.reason.value, params });
}

// decide asks for the decision on the appeal that the page shows.
async function decide(button) {
  const { account, appeal, decision, final } = button.dataset;
  const params = { appeal, decision };
  if (final && !await sure("This rejects the appeal at once and for good: the owner cannot appeal again.", "Yes, reject it")) return "";
  const message = document.getElementById("message").value.trim();
  if (message) params.message = message;
  return ask({ kind: "decide_appeal", account, reason: document.getElementById("why").value, params });
}

async function invite(button) {
  const invitation = await call("POST", "/api/v1/enrolments", { login: button.dataset.login });
  return "Give " + button.dataset.login + " this link, which is shown once and makes one passkey: " + invitation.url;
}

function askToEnrol(button) {
  const { login, enrolment, fingerprint } = button.dataset;
  return ask({ kind: "enroll_credential", person: login, reason: "the passkey " + fingerprint + " is that of " + login, params: { enrolment } });
}

// documentOf reads the chosen files: the document, or its table and its Cedar text in two.
async function documentOf(form) {
  const files = [...form.elements.bundle.files];
  const cedar = files.find((f) => f.name.endsWith(".cedar"));
  const rest = files.find((f) => !f.name.endsWith(".cedar"));
  if (!rest || files.length > (cedar ? 2 : 1)) throw new Error("Choose the document, or policy.json together with policy.cedar.");
  const text = await rest.text();
  if (!cedar) return text;
  return text.replace(/\}\s*$/, ', "cedar": ' + JSON.stringify(await cedar.text()) + "}");
}

async function publish(form) {
  return ask({ kind: "publish_policy", reason: form.elements.reason.value, params: { document: await documentOf(form) } });
}

async function rollBack(form) {
  const { document } = await call("GET", "/api/v1/policy/" + encodeURIComponent(form.dataset.hash));
  return ask({ kind: "publish_policy", reason: form.elements.reason.value, params: { document: JSON.stringify(document) } });
}

function setHighProfile(form) {
  return ask({ kind: "set_setting", reason: form.elements.reason.value, params: { name: "high_profile_at", value: form.elements.value.value } });
}

// listed shows lines of an answer, each with a badge.
function listed(place, title, lines) {
  place.replaceChildren();
  const head = document.createElement("p");
  head.textContent = title;
  const list = document.createElement("ul");
  list.className = "changes";
  for (const { mark, words } of lines) {
    const item = document.createElement("li");
    const badge = document.createElement("span");
    badge.className = "badge " + mark;
    badge.textContent = mark;
    item.append(badge, " " + words);
    list.append(item);
  }
  place.append(head, list);
}

async function compare(button) {
  const diff = await call("POST", "/api/v1/policy/diff", { document: await documentOf(button.form) });
  const place = button.form.querySelector("[data-answer]");
  if (!diff.need) {
    listed(place, "It is the policy in force already.", []);
    return "";
  }
  listed(place, "Publishing it takes " + needWords(diff.need) + ".", diff.changes);
  return "";
}

async function whatIf(button) {
  const x = await call("POST", "/api/v1/policy/whatif", { document: await documentOf(button.form) });
  const words = {
    refused: "would now be refused",
    allowed: "that the policy refused could now be asked for",
    more_keys: "would now need more keys",
    fewer_keys: "would now need fewer keys",
    other_keys: "would now need other keys, or another wait",
    not_enough: "took effect with keys that would now not be enough",
  };
  const lines = Object.entries(x.differ).map(([difference, n]) => ({ mark: String(n), words: words[difference] }));
  for (const n of x.notable.slice(0, 20)) {
    const on = n.class ? "@" + n.handle : n.handle || "";
    const needs = n.would ? ": " + n.was + " became " + n.would : n.why ? ": " + n.why : "";
    lines.push({ mark: n.difference.replaceAll("_", " "), words: n.kind.replaceAll("_", " ") + " " + on + needs });
  }
  listed(button.form.querySelector("[data-answer]"), x.same + " of the " + x.requests + " requests of the last 30 days would fare as they did.", lines);
  return "";
}

// restore asks for what an incident made dark to be visible again; the request's page takes the key.
function restore(button) {
  const { account, post, incident } = button.dataset;
  const note = document.getElementById("note-" + incident);
  const reason = (note && note.value.trim()) || "undone after an incident";
  return ask({ kind: "restore", account, post, reason });
}

async function acknowledge(form) {
  await call("POST", "/api/v1/incidents/" + form.dataset.incident + "/acknowledge", { note: form.elements.note.value });
  location.reload();
  return "Noted.";
}

function request() {
  return "/api/v1/requests/" + document.querySelector("[data-request]").dataset.request;
}

async function turnKey() {
  const credential = await sign(request() + "/key/options", {});
  return told(await call("POST", request() + "/key", { credential }));
}

async function resetLink(button) {
  const link = await call("POST", request() + "/reset-link", {});
  button.remove();
  return "Pass this link on to the account's owner. It is shown once and sets a new password once: " + link.url;
}

async function stop(how) {
  const input = document.getElementById("reason");
  if (how !== "withdraw") {
    if (!input.reportValidity()) throw amiss("reason", "say why");
    const words = how === "veto" ? "A veto ends the request for good. Your second one on the same case would not count."
      : "To decline ends the request for good: whoever asks would have to ask anew.";
    if (!await sure(words, how === "veto" ? "Yes, veto it" : "Yes, decline it")) return "";
  }
  const reason = input.value;
  return told(await call("POST", request() + "/" + how, { reason }));
}

// onCase does something on the case of the page, and shows the case as it is then.
async function onCase(how, body, words) {
  await call("POST", "/api/v1/cases/" + document.querySelector("[data-case]").dataset.case + "/" + how, body);
  tell(words);
  location.reload();
  return words;
}

function noted() {
  return document.getElementById("note").value.trim();
}

// told keeps what became of a request over the reload that shows it.
function told(q) {
  const words = {
    pending: "Your key counts. The request waits for more keys.",
    waiting: "The request has its keys and waits for its time.",
    executed: "The request took effect.",
    declined: "The request is declined.",
    vetoed: "The request is vetoed.",
    withdrawn: "The request is withdrawn.",
  };
  tell(words[q.state] || "The request is " + q.state + ".");
  location.reload();
  return words[q.state] || "";
}

async function signOut() {
  await call("DELETE", "/api/v1/session");
  location.assign("/sign-in");
}

// run does something once, with its button off meanwhile, and says in words what came of it.
async function run(button, status, action) {
  button.disabled = true;
  say(status, "", "One moment …");
  try {
    say(status, "good", await action());
  } catch (error) {
    const input = button.form && wrong(button.form, error);
    const label = input && input.labels && input.labels[0];
    say(status, "bad", label ? label.firstChild.textContent.trim() + ": " + error.why : inWords(error));
  } finally {
    button.disabled = false;
    status?.scrollIntoView({ block: "nearest" });
  }
}

// wrong finds the input that an error names, marks it and goes there.
function wrong(form, error) {
  const name = error.field || "";
  const input = form.elements[name] || form.elements[name.replace("params.", "")];
  if (!name || !input || !input.name || input.type === "hidden") return null;
  input.setAttribute("aria-invalid", "true");
  input.addEventListener("input", () => input.removeAttribute("aria-invalid"), { once: true });
  input.focus();
  return input;
}

function say(status, tone, text) {
  if (!status) return;
  status.className = tone ? "status note " + tone : "status";
  status.textContent = text || "";
}

// follow reloads a page when the state of what it shows changes elsewhere.
function follow(article, path) {
  const timer = setInterval(async () => {
    try {
      const q = await call("GET", path);
      if (q.state === article.dataset.state) return;
      clearInterval(timer);
      location.reload();
    } catch {
      // The next turn tries again.
    }
  }, 2000);
}

const forms = {
  "sign-in": signIn,
  enrol,
  found,
  "bring-in": bringIn,
  recover,
  remake,
  recovery: handIn,
  publish,
  "roll-back": rollBack,
  "set-high-profile": setHighProfile,
  acknowledge,
  order: preview,
  nothing: () => "", // its buttons say which
};
const actions = {
  key: turnKey,
  "reset-link": resetLink,
  decline: () => stop("decline"),
  veto: () => stop("veto"),
  withdraw: () => stop("withdraw"),
  "sign-out": signOut,
  invite,
  enrol: askToEnrol,
  "stop-recovery": stopRecovery,
  claim: () => onCase("claim", {}, "The case is yours."),
  release: () => onCase("release", {}, "Nobody works on the case now."),
  assign: () => onCase("assign", { login: document.getElementById("to").value }, "The case is assigned."),
  note: () => onCase("notes", { text: noted() }, "It is written down."),
  acted: () => onCase("resolve", { outcome: "acted", note: noted() }, "The case is resolved."),
  "no-action": () => onCase("resolve", { outcome: "no_action", note: noted() }, "The case is resolved, without action."),
  reopen: () => onCase("reopen", { note: noted() }, "The case is open again."),
  decide,
  compare,
  "what-if": whatIf,
  restore,
  send,
};

for (const form of document.querySelectorAll("form[data-form]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form.querySelector('button[type="submit"]') || form.querySelector("button"), form.querySelector(".status"), () => forms[form.dataset.form](form));
  });
}
for (const form of document.querySelectorAll('form[data-form="order"]')) {
  fit(form);
  addEventListener("pageshow", () => fit(form)); // a browser that goes back puts in what was chosen
  form.addEventListener("input", () => {
    unseen(form);
    fit(form);
  });
}
for (const button of document.querySelectorAll("button[data-do]")) {
  const status = button.form?.querySelector(".status") || button.closest("section")?.querySelector(".status") || document.querySelector(".status");
  button.addEventListener("click", () => run(button, status, () => actions[button.dataset.do](button)));
}
const article = document.querySelector("[data-request]");
if (article && (article.dataset.state === "pending" || article.dataset.state === "waiting")) follow(article, request());
const followed = document.querySelector("[data-follow]");
if (followed) follow(followed, followed.dataset.follow);
showTold();

// showTold says what the page before left to be said.
function showTold() {
  const kept = sessionStorage.getItem("told");
  const headline = document.querySelector(".headline");
  if (!kept || !headline) return;
  sessionStorage.removeItem("told");
  let status = document.querySelector(".headline + .status");
  if (!status) {
    status = document.createElement("p");
    status.setAttribute("role", "status");
    headline.after(status);
  }
  const { words, href, link } = JSON.parse(kept);
  say(status, "good", words);
  if (!href) return;
  const a = document.createElement("a");
  a.href = href;
  a.textContent = link;
  status.append(" ", a);
}
