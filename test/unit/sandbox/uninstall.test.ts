import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { call, postToken, signIn } from "./sign-in.ts";

let sandbox: RunningSandbox;
let hook: Server | undefined;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  hook?.close();
  hook = undefined;
  await sandbox.close();
});

const location = (index: number): string => sandbox.locations[index]?.id ?? "";

const uninstall = (token: string, body: unknown = {}, appId = sandbox.appId) =>
  call(`DELETE /marketplace/app/${appId}/installations`, {
    baseUrl: sandbox.baseUrl,
    token,
    body,
  });

const read = async (token: string, id: string): Promise<number> =>
  (await call(`GET /locations/${id}`, { baseUrl: sandbox.baseUrl, token })).status;

const refresh = async (token: string): Promise<number> =>
  (await postToken(sandbox, { grant_type: "refresh_token", refresh_token: token })).status;

describe("DELETE /marketplace/app/{appId}/installations", () => {
  it("ends the tokens of the location, and no others; a new install works", async () => {
    const gone = await signIn(sandbox, location(0));
    const kept = await signIn(sandbox, location(1));
    expect((await uninstall(gone.access_token, { locationId: location(0) })).status).toBe(200);
    expect(await read(gone.access_token, location(0))).toBe(401);
    expect(await refresh(gone.refresh_token)).toBe(400);
    expect(await read(kept.access_token, location(1))).toBe(200);
    const again = await signIn(sandbox, location(0));
    expect(await read(again.access_token, location(0))).toBe(200);
  });

  it("takes one location out of an agency, or the whole agency", async () => {
    const agency = await signIn(sandbox, "company");
    const companyId = sandbox.companyId;
    const mint = async (locationId: string): Promise<number> =>
      (
        await call("POST /oauth/locationToken", {
          baseUrl: sandbox.baseUrl,
          token: agency.access_token,
          body: { companyId, locationId },
        })
      ).status;
    expect(
      (await uninstall(agency.access_token, { companyId, locationId: location(0) })).status,
    ).toBe(200);
    expect([await mint(location(0)), await mint(location(1))]).toEqual([403, 200]);
    expect((await uninstall(agency.access_token, { companyId })).status).toBe(200);
    expect(await refresh(agency.refresh_token)).toBe(400);
  });

  it("refuses a foreign location, another app, a missing scope and a private token, and ends nothing", async () => {
    const mine = await signIn(sandbox, location(0));
    const poor = await signIn(sandbox, location(1), "contacts.readonly");
    const refused = [
      await uninstall(mine.access_token, { locationId: location(1) }),
      await uninstall(mine.access_token, { companyId: "another" }),
      await uninstall(mine.access_token, {}, "another"),
      await uninstall(poor.access_token),
      await uninstall(sandbox.privateTokens.get(location(0)) ?? ""),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 404, 401, 401]);
    expect(await read(mine.access_token, location(0))).toBe(200);
    expect(await refresh(poor.refresh_token)).toBe(200);
  });

  it("sends the UNINSTALL webhook where it was told to", async () => {
    const { promise: received, resolve: receive } = Promise.withResolvers<string>();
    const receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
      request.on("end", () => {
        response.end();
        receive(body);
      });
    });
    hook = receiver;
    await new Promise<void>((resolve) => void receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    sandbox.control.sendUninstallsTo(`http://127.0.0.1:${port}/webhooks/ghl`);
    const mine = await signIn(sandbox, location(0));
    await uninstall(mine.access_token);
    expect(JSON.parse(await received)).toMatchObject({
      type: "UNINSTALL",
      appId: sandbox.appId,
      companyId: sandbox.companyId,
      locationId: location(0),
    });
  });
});
