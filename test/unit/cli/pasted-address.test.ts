import { describe, expect, it } from "vitest";
import { readPastedAddress } from "../../../src/cli/pasted-address.ts";

const redirectUri = "https://page.example/back?from=ghl";
const authorizeUrl =
  "https://marketplace.example/v2/oauth/chooselocation?response_type=code&client_id=c&state=s-1";
const read = (text: string) => readPastedAddress(text, { redirectUri, authorizeUrl });
const CODE = "0123456789abcdef0123456789abcdef";

describe("a pasted address", () => {
  it.each([
    `${redirectUri}&code=${CODE}&state=s-1`,
    `  "${redirectUri}&code=${CODE}&state=s-1"  `,
    `<https://page.example/back?code=${CODE}&state=s-1&from=ghl>`,
    `${redirectUri}&code=${CODE}&state=s-1#added-by-the-page`,
    // GoHighLevel may drop the state, or leave its value out.
    `${redirectUri}&code=${CODE}`,
    `${redirectUri}&code=${CODE}&state=`,
  ])("is taken: %s", (text) => {
    const query = read(text);
    expect(query.ok && query.value.get("code")).toBe(CODE);
  });

  it("is taken with an error in place of a code", () => {
    const query = read(`${redirectUri}&error=access_denied&state=s-1`);
    expect(query.ok && query.value.get("error")).toBe("access_denied");
  });

  it.each([
    ["the address to open", authorizeUrl, "that is the address to open"],
    [
      "the same under the white-label domain",
      `https://marketplace.leadconnectorhq.com/oauth/chooselocation?response_type=code&client_id=c&code=${CODE}`,
      "that is the address to open",
    ],
    ["the code alone", CODE, "the code alone: paste the whole address"],
    ["words", "hello there", "not an address"],
    ["half an address", `page.example/back?code=${CODE} x`, "not an address"],
    ["another host", `https://evil.example/back?from=ghl&code=${CODE}`, "not the redirect URI"],
    ["another scheme", `http://page.example/back?from=ghl&code=${CODE}`, "not the redirect URI"],
    [
      "another port",
      `https://page.example:8443/back?from=ghl&code=${CODE}`,
      "not the redirect URI",
    ],
    ["another path", `https://page.example/back/x?from=ghl&code=${CODE}`, "not the redirect URI"],
    ["less than its query", `https://page.example/back?code=${CODE}`, "not the redirect URI"],
    ["no code", redirectUri, "has no code"],
    ["another state", `${redirectUri}&code=${CODE}&state=s-2`, "belongs to another sign-in"],
    ["two states", `${redirectUri}&code=${CODE}&state=s-1&state=x`, "belongs to another sign-in"],
  ])("that is %s is refused in words that do not repeat it", (_name, text, explanation) => {
    const query = read(text);
    expect(query).toEqual({ ok: false, failure: expect.stringContaining(explanation) });
    expect(JSON.stringify(query)).not.toContain(CODE);
  });
});
