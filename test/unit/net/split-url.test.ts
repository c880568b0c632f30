import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitUrl } from "../../../src/net/split-url.ts";

const byParser = (text: string) => {
  const { origin, pathname, search } = new URL(text);
  return { origin, path: `${pathname}${search}` };
};

describe("an address that is cut in two", () => {
  it.each([
    "https://services.leadconnectorhq.com/contacts/abc?locationId=1&tag=a%20b",
    "https://services.leadconnectorhq.com:443/contacts/",
    "HTTPS://Services.LeadConnectorHQ.com/Contacts",
    "http://127.0.0.1:80/x",
    "http://[::1]:8000/x",
    "http://host",
    "http://host?x=1",
    "http://host/a/../b",
    "http://host/a/%2E%2e/b",
    "http://host/a/./b?c=../d",
    "http://user:word@host/x",
    "http://host/a b?c=d e#f",
    "http://host/a\\b",
    "http://host/ü?ü='",
  ])("is cut as a parser would: %s", (text) => {
    expect(splitUrl(text)).toEqual(byParser(text));
  });

  it("is cut as a parser would, whatever stands in its path", () => {
    const part = fc.constantFrom(
      ..."abAB09-_~!$&'()*+,;=:@%./?#\\\"<>^`{|} ü\n\t",
      "%2e",
      "%2F",
      "..",
      "//",
      "%",
    );
    const path = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(path, (rest) => {
        const text = `http://host:8080/${rest}`;
        expect(splitUrl(text)).toEqual(byParser(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it("throws where there is no address", () => {
    expect(() => splitUrl("nowhere")).toThrow(TypeError);
  });
});
