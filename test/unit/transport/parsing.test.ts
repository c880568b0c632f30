import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAllowedOrigin } from "../../../src/transport/allowed-hosts.ts";
import { createBrowserSessions } from "../../../src/transport/browser-session.ts";
import { clearCookie, parseCookies, serializeCookie } from "../../../src/transport/cookies.ts";
import { isMediaType, parseForm } from "../../../src/transport/form-body.ts";
import { parseJson } from "../../../src/transport/json-body.ts";
import { describeLoginFailure } from "../../../src/transport/login-failures.ts";

describe("cookies", () => {
  it("are read by name, the first of a name counting, and odd ones skipped", () => {
    expect([...parseCookies("a=1; b=2=3;c;=x; a=9 ; d=")]).toEqual([
      ["a", "1"],
      ["b", "2=3"],
      ["d", ""],
    ]);
    expect(parseCookies(undefined).size).toBe(0);
  });

  it("come back as they were set, whatever the value", () => {
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        const value = text.replaceAll("=", "-");
        const line = serializeCookie({ name: "__Host-ghlmcp-x", value });
        expect(parseCookies(line.split(";")[0]).get("__Host-ghlmcp-x")).toBe(value);
      }),
    );
  });

  it("are removed with the same attributes", () => {
    expect(clearCookie("__Host-ghlmcp-x")).toBe(
      "__Host-ghlmcp-x=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
    );
  });

  it.each([
    ["__Host-ghlmcp-x", "a;b"],
    ["__Host-ghlmcp-x", "a\r\nSet-Cookie: b"],
    ["__Host-ghlmcp-x y", "a"],
    ["session", "a"],
  ])("cannot be set as %s=%s", (name, value) => {
    expect(() => serializeCookie({ name, value })).toThrow(/cannot be set/u);
  });
});

it("knows a media type with and without a charset, and nothing else", () => {
  expect(isMediaType("application/json", "application/json")).toBe(true);
  expect(isMediaType('Application/JSON ; charset="utf-8"', "application/json")).toBe(true);
  expect(isMediaType("application/json, text/html", "application/json")).toBe(false);
  expect(isMediaType("text/html; application/json", "application/json")).toBe(false);
  expect(isMediaType(undefined, "application/json")).toBe(false);
});

it("takes a form parameter twice only where it may be repeated", () => {
  const parse = (body: string) =>
    parseForm({
      contentType: "application/x-www-form-urlencoded",
      body,
      repeatable: ["area"],
    });
  expect(parse("a=1&b=2&area=x&area=y").ok).toBe(true);
  expect(parse("a=1&%61=2")).toEqual({ ok: false, failure: { kind: "repeated_parameter" } });
});

describe("JSON", () => {
  const parse = (body: string) => parseJson({ contentType: "application/json", body });

  it("is taken as JSON.parse takes it, for anything shallow", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(parse(JSON.stringify(value))).toEqual({
          ok: true,
          value: JSON.parse(JSON.stringify(value)),
        });
      }),
    );
  });

  it("may nest 32 levels and no more, and brackets inside strings do not count", () => {
    const nest = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(parse(nest(32)).ok).toBe(true);
    expect(parse(nest(33))).toEqual({ ok: false, failure: "too_deep" });
    expect(parse(JSON.stringify(`\\"${nest(100)}"\\`)).ok).toBe(true);
    expect(parse(`["\\\\",${nest(32)}]`)).toEqual({ ok: false, failure: "too_deep" });
  });

  it("does not touch the prototype of objects (R08)", () => {
    parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

it("lets no origin pass that is not ours or loopback, whatever it looks like", () => {
  const origins = fc.tuple(fc.constantFrom("http", "https", "cursor"), fc.domain(), fc.nat(65_535));
  fc.assert(
    fc.property(origins, ([scheme, domain, port]) => {
      for (const host of [
        domain,
        `localhost.${domain}`,
        `127.0.0.1.${domain}`,
        `[::1].${domain}`,
      ]) {
        expect(isAllowedOrigin(`${scheme}://${host}:${port}`, "https://mcp.example")).toBe(false);
        expect(isAllowedOrigin(`${scheme}://${host}`, "https://mcp.example")).toBe(false);
      }
    }),
  );
});

describe("form tokens", () => {
  let made = 0;
  const sessions = createBrowserSessions({
    mac: (purpose, value) => `mac(${purpose},${value})`.replaceAll(/[^a-z]/gu, "-"),
    equal: (a, b) => a === b,
    random: () => `${"abcdef"[(made += 1)]}-browser`,
  });

  it("hold for one transaction in one browser", () => {
    const { browserId, setCookie = "" } = sessions.open(new Map());
    const cookies = parseCookies(setCookie.split(";")[0]);
    const csrfToken = sessions.csrfToken("one", browserId);
    expect(sessions.isFormOfBrowser(cookies, { transactionId: "one", csrfToken })).toBe(true);
    expect(sessions.isFormOfBrowser(cookies, { transactionId: "two", csrfToken })).toBe(false);
    expect(sessions.isFormOfBrowser(new Map(), { transactionId: "one", csrfToken })).toBe(false);
    expect(sessions.open(cookies)).toEqual({ browserId });
  });

  it("hold for each of two pages that a new browser loads at the same moment", () => {
    const forms = ["one", "one", "two"].map((transactionId) => {
      const { browserId, setCookie = "" } = sessions.open(new Map());
      return { transactionId, csrfToken: sessions.csrfToken(transactionId, browserId), setCookie };
    });
    const cookies = parseCookies(forms.map((form) => form.setCookie.split(";")[0]).join("; "));
    expect(cookies.size).toBe(3);
    for (const form of forms) expect(sessions.isFormOfBrowser(cookies, form)).toBe(true);
  });
});

it("never redirects for a sign-in that no client's request is known to be behind", () => {
  for (const kind of ["state_missing", "state_unknown", "wrong_browser"] as const) {
    expect(describeLoginFailure({ kind }).toClient).toBeUndefined();
  }
});
