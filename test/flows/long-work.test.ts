import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { obtainTokens } from "../support/interop-oauth.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Progress and cancelling of long reading, with the official client over HTTP in both eras. */

/** The sandbox answers when this clock says so. */
let clock: FakeClock;
let sandbox: RunningSandbox;
let running: RunningApp;
let token: string;
const clients: Client[] = [];

beforeAll(async () => {
  clock = createFakeClock(Math.floor(Date.now() / 1000));
  sandbox = await startSandbox({ clock });
  running = await startApp({ sandbox });
  token = (await obtainTokens(running, { signIn: { choose: "company" } })).access_token;
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => {
  await running.close();
  await sandbox.close();
});

const connect = async (mode: "legacy" | "auto"): Promise<Client> => {
  const client = new Client({ name: "long", version: "1" }, { versionNegotiation: { mode } });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(
    new StreamableHTTPClientTransport(running.mcpUrl, { requestInit: { headers } }),
  );
  clients.push(client);
  return client;
};

const SEARCH = "contacts.search-contacts-advanced";
const here = (): string => sandbox.locations[0]?.id ?? "";
const pagination = () => ({
  operation: SEARCH,
  location: here(),
  body: { pageLimit: 5 },
  fields: ["id"],
  pages: 12,
});
const fanOut = () => ({ operation: SEARCH, locations: ["all"], fields: ["id"] });
const searches = (): number =>
  sandbox.control.requests().filter(({ path }) => path === "/contacts/search").length;

describe.each(["legacy", "auto"] as const)("long reading with a client that is %s", (mode) => {
  it.each([
    ["pages", pagination, 12],
    ["locations", fanOut, 3],
  ] as const)("tells how many %s are read, where the client asked", async (_what, args, total) => {
    const client = await connect(mode);
    const heard: { readonly progress: number; readonly total?: number | undefined }[] = [];
    const call = { name: "read_operation", arguments: args() };
    const result = await client.callTool(call, { onprogress: (one) => heard.push(one) });
    expect(result.isError).not.toBe(true);
    expect(heard.map(({ progress }) => progress)).toEqual(
      Array.from({ length: total }, (_, index) => index + 1),
    );
    expect(heard.every((one) => one.total === total)).toBe(true);
  });

  it("asks for no further page once the client has cancelled", async () => {
    const client = await connect(mode);
    const leave = new AbortController();
    sandbox.control.misbehave({
      pathPrefix: "/contacts/search",
      count: 3,
      how: { kind: "delay", delayMs: 1000 },
    });
    const before = searches();
    const call = { name: "read_operation", arguments: pagination() };
    const pending = client
      .callTool(call, { signal: leave.signal, onprogress: () => undefined })
      .catch((error: unknown) => String(error));
    await clock.whenSleeping();
    clock.advance(1);
    await clock.whenSleeping();
    leave.abort(new Error("the person changed their mind"));
    expect(await pending).toContain("the person changed their mind");
    // The server has seen it once it answers something else.
    await (await connect(mode)).listTools();
    clock.advance(1);
    await expect.poll(searches).toBe(before + 2);
    const [name, probe] = ["search_contacts", { location: sandbox.locations[1]?.id, limit: 1 }];
    const probing = (await connect(mode)).callTool({ name, arguments: probe });
    // The third delay is the probe's: no page of the cancelled call came before it.
    await clock.whenSleeping();
    expect(clock.sleeping()).toBe(1);
    clock.advance(1);
    expect((await probing).isError).not.toBe(true);
    expect(searches()).toBe(before + 3);
  });
});
