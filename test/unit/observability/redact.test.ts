import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { redactFields, redactText } from "../../../src/observability/redact.ts";

describe("redactFields", () => {
  it.each([
    "authorization",
    "Authorization",
    "Proxy-Authorization",
    "cookie",
    "set-cookie",
    "access_token",
    "accessToken",
    "refresh_token",
    "id_token",
    "token",
    "tokens",
    "code",
    "client_secret",
    "clientSecret",
    "code_verifier",
    "password",
    "MASTER_KEY",
    "GHL_PRIVATE_TOKEN",
  ])("blanks the field %s, at the top and deep inside", (name) => {
    const secret = { [name]: "sentinel" };

    const redacted = redactFields({
      ...secret,
      a: { b: [{ c: secret }] },
      map: new Map([[name, "sentinel"]]),
    });

    expect(redacted).toEqual({
      [name]: "[secret]",
      a: { b: [{ c: { [name]: "[secret]" } }] },
      map: { [name]: "[secret]" },
    });
  });

  it("leaves alone what only sounds like a secret", () => {
    const fields = {
      status: 401,
      tokenExpiresAt: 1_700_000_000,
      hasToken: true,
      tokenClass: "location",
      clientId: "client-1",
      postcode: "12345",
      error_code: "x",
    };

    expect(redactFields(fields)).toEqual(fields);
  });

  it.each([
    ["an error", new Error("token=sentinel")],
    ["an instance of a class", new (class Holder {})()],
  ])("gives %s that is given as fields back as a plain object", (_kind, given) => {
    expect(redactFields({ ...given })).toEqual({});
    const redacted = redactFields(given as unknown as Record<string, unknown>);
    expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
  });

  it("blanks a secret among harmless fields", () => {
    expect(
      redactFields({ status: 200, route: "/mcp", value: "Bearer sentinel-of-a-token" }),
    ).toEqual({
      status: 200,
      route: "/mcp",
      value: "Bearer [secret]",
    });
  });

  it("blanks a secret whatever type it has", () => {
    expect(redactFields({ token: { value: "sentinel" }, code: 123_456 })).toEqual({
      token: "[secret]",
      code: "[secret]",
    });
  });

  it("prints a Secret under an innocent name as such", () => {
    expect(redactFields({ value: toSecret("sentinel") })).toEqual({ value: "[secret]" });
  });

  it("keeps an error's code and causes, without the secrets in their messages", () => {
    const cause = Object.assign(new Error("Bearer sentinel was refused"), { code: "ECONNRESET" });
    const redacted = redactFields({
      error: new AppError("upstream_failed", "no answer", { cause }),
    });

    expect(redacted).toMatchObject({
      error: {
        type: "AppError",
        message: "no answer",
        code: "upstream_failed",
        cause: { message: "Bearer [secret] was refused", code: "ECONNRESET" },
      },
    });
    expect(JSON.stringify(redacted)).not.toContain("sentinel");
  });

  it("takes an error's code for a secret when it looks like one", () => {
    const error = Object.assign(new Error("x"), { code: "q7Zr-0sentinel" });

    expect(JSON.stringify(redactFields({ error }))).not.toContain("sentinel");
  });

  it("cuts circles and stops at great depth", () => {
    const circle: Record<string, unknown> = { name: "a" };
    circle["self"] = circle;
    let deep: Record<string, unknown> = { value: "bottom" };
    for (let count = 0; count < 20; count += 1) deep = { deep };

    expect(redactFields({ circle })).toEqual({ circle: { name: "a", self: "[circle]" } });
    expect(JSON.stringify(redactFields(deep))).toContain("[deep]");
  });

  it("does not change what it was given", () => {
    const fields = { headers: { cookie: "a=b" } };

    redactFields(fields);

    expect(fields).toEqual({ headers: { cookie: "a=b" } });
  });
});

describe("redactText", () => {
  it.each([
    ["got Bearer abc.def-1 here", "got Bearer [secret] here"],
    ["Basic dXNlcjpwYXNz", "Basic [secret]"],
    ["/oauth/callback?code=abc123&state=xyz", "/oauth/callback?code=[secret]&state=xyz"],
    [
      "grant_type=refresh_token&refresh_token=abc",
      "grant_type=refresh_token&refresh_token=[secret]",
    ],
    ["client_secret=abc password=def", "client_secret=[secret] password=[secret]"],
    ["a basic idea, and the bearer of news", "a basic idea, and the bearer of news"],
    ["nothing to see", "nothing to see"],
  ])("turns %j into %j", (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});
