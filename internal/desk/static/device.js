// The page on which somebody allows a program to sign in. It comes after desk.js and uses what that has.
"use strict";

forms.device = async (form) => {
  const code = form.elements.code.value.trim();
  const credential = await sign("/api/v1/device/options", { code });
  await call("POST", "/api/v1/device/allow", { code, credential });
  form.reset();
  return "Allowed: the program is signed in within seconds.";
};

actions["refuse-device"] = async (button) => {
  await call("POST", "/api/v1/device/refuse", { code: button.form.elements.code.value.trim() });
  button.form.reset();
  return "Refused: nothing is signed in by this code.";
};
