import { describe, expect, it } from "vitest";
import { toSecret } from "../../../src/core/secret.ts";
import { toApiUrl, toAppId, toAuthorizeUrl } from "../../../src/upstream/endpoints.ts";

const settings = {
  environment: "live",
  apiBaseUrl: "https://services.leadconnectorhq.com",
  authorizeUrl: "https://marketplace.gohighlevel.com/v2/oauth/chooselocation",
  clientId: "6578278e879ad2646715ba9c-lr1abcde",
  clientSecret: toSecret("hush"),
  redirectUri: "https://mcp.example.com/oauth/callback",
  scopes: ["contacts.readonly", "conversations/message.write"],
};

describe("the addresses of GoHighLevel", () => {
  it("builds the chooselocation page's address", () => {
    expect(toAuthorizeUrl(settings, "state1")).toBe(
      "https://marketplace.gohighlevel.com/v2/oauth/chooselocation?response_type=code" +
        "&client_id=6578278e879ad2646715ba9c-lr1abcde" +
        "&redirect_uri=https%3A%2F%2Fmcp.example.com%2Foauth%2Fcallback" +
        "&scope=contacts.readonly%20conversations%2Fmessage.write" +
        "&state=state1&loginWindowOpenMode=self",
    );
  });

  it("keeps what a white-label address has in its query, lets ours win, and adds the version id", () => {
    const url = new URL(
      toAuthorizeUrl(
        {
          ...settings,
          authorizeUrl: "https://app.example.com/choose?theme=a%2Bb&state=theirs",
          versionId: "v1",
        },
        "ours",
      ),
    );
    expect(url.searchParams.get("theme")).toBe("a+b");
    expect(url.searchParams.getAll("state")).toEqual(["ours"]);
    expect(url.searchParams.get("version_id")).toBe("v1");
    expect(url.host).toBe("app.example.com");
  });

  it("builds the addresses of the API, and the app's id from its client id", () => {
    expect(toApiUrl(settings, "/oauth/token")).toBe(
      "https://services.leadconnectorhq.com/oauth/token",
    );
    expect(toApiUrl(settings, "/a", { b: "c d", e: "&" })).toBe(
      "https://services.leadconnectorhq.com/a?b=c+d&e=%26",
    );
    expect(toAppId(settings.clientId)).toBe("6578278e879ad2646715ba9c");
    expect(toAppId("plain")).toBe("plain");
  });
});
