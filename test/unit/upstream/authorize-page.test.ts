import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { chooseAtSandbox, type Rig, startRig } from "./upstream-rig.ts";

let rig: Rig;
let here: string;

beforeEach(async () => {
  rig = await startRig();
  here = rig.sandbox.locations[0]?.id ?? "";
});
afterEach(() => rig.close());

const signInWith = async (changes: Parameters<Rig["another"]>[0]) => {
  const upstream = rig.another(changes);
  const { authorizeUrl, cookie } = await upstream.startLogin({ kind: "sign_in" });
  const query = await chooseAtSandbox(authorizeUrl, { choice: here, decision: "allow" });
  return upstream.completeLogin({ query, cookies: new Map([[cookie.name, cookie.value]]) });
};

describe("GoHighLevel's sign-in page", () => {
  it("takes a draft app with its version id, and not without", async () => {
    rig.sandbox.control.requireVersionId(true);
    await expect(signInWith({})).rejects.toThrow("the sandbox answered 400");
    expect((await signInWith({ versionId: rig.sandbox.versionId })).ok).toBe(true);
  });

  it("may have another address, such as that of a white-label domain", async () => {
    const other = rig.sandbox.authorizeUrl.replace("/v2/oauth/", "/oauth/");
    expect(other).not.toBe(rig.sandbox.authorizeUrl);
    expect((await signInWith({ authorizeUrl: other })).ok).toBe(true);
  });

  it("is taken from the settings, with the version id", async () => {
    const { config } = loadConfig({
      environment: {
        GHL_CLIENT_ID: "app-1",
        GHL_CLIENT_SECRET: "secret-1",
        GHL_AUTHORIZE_URL: "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation",
        GHL_VERSION_ID: "version-1",
        MASTER_KEY: Buffer.alloc(32, 3).toString("base64"),
      },
    });
    const { authorizeUrl, versionId = "" } = config;
    const started = await rig.another({ authorizeUrl, versionId }).startLogin({ kind: "sign_in" });
    const url = new URL(started.authorizeUrl);
    expect(`${url.origin}${url.pathname}`).toBe(
      "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation",
    );
    expect(url.searchParams.get("version_id")).toBe("version-1");
  });
});
