import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it } from "vitest";
import { callTool, createAttackClient } from "../support/attack-client.ts";
import { sendRaw } from "../support/attack-wire.ts";
import { createFakeClock } from "../support/clock.ts";
import { type RunningApp, type RunningAppOptions, startApp } from "../support/running-app.ts";

/** What a running server says of its health. */

let running: RunningApp | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const start = async (options?: RunningAppOptions): Promise<RunningApp> => {
  running = await startApp(options);
  return running;
};

const readiness = async (app: RunningApp): Promise<unknown> => {
  const { status, body } = await sendRaw(app.config.port, { path: "/health/ready" });
  return [status, JSON.parse(body)];
};

it("says how the last call to GoHighLevel ended, and calls it for no probe", async () => {
  const app = await start();
  const ok = (upstream: string) => [
    200,
    { status: "ok", checks: { store: "ok", key: "ok", upstream } },
  ];
  const before = app.sandbox.control.requests().length;
  expect(await readiness(app)).toEqual(ok("unknown"));
  expect(app.sandbox.control.requests()).toHaveLength(before);
  const client = await createAttackClient(app);
  const { access_token: token } = await client.obtain();
  await callTool(app, token, { name: "search_contacts", arguments: { limit: 1 } });
  expect(await readiness(app)).toEqual(ok("ok"));
  await app.sandbox.close();
  await callTool(app, token, { name: "search_contacts", arguments: { limit: 1 } });
  expect(await readiness(app)).toEqual(ok("failing"));
});

it("is not ready once the store was written with another key, or is gone", async () => {
  const app = await start();
  const database = new DatabaseSync(app.databasePath);
  const wipe = database.prepare("UPDATE records SET value = :value WHERE namespace = 'master_key'");
  wipe.run({ value: '{"another":"sealed"}' });
  expect(await readiness(app)).toEqual([
    503,
    { status: "not ready", checks: { store: "ok", key: "failed", upstream: "unknown" } },
  ]);
  database.exec("DROP TABLE records");
  database.close();
  expect(await readiness(app)).toEqual([
    503,
    { status: "not ready", checks: { store: "failed", key: "unknown", upstream: "unknown" } },
  ]);
  expect((await sendRaw(app.config.port, { path: "/health/live" })).status).toBe(200);
});

it("says 503 at once when it is told to stop, and serves on while it drains", async () => {
  const clock = createFakeClock();
  const app = await start({ clock, config: { drainMs: 20_000 } });
  const { port } = app.config;
  const client = await createAttackClient(app);
  const { access_token: token } = await client.obtain();
  let isClosed = false;
  const closing = app.app.close().then(() => {
    isClosed = true;
  });
  expect(await readiness(app)).toEqual([503, { status: "draining" }]);
  expect((await sendRaw(port, { path: "/health/live" })).status).toBe(200);
  const answer = await callTool(app, token, { name: "get_oauth_status" });
  expect(answer.status).toBe(200);
  expect(isClosed).toBe(false);
  clock.advance(20);
  await closing;
  await expect(sendRaw(port, { path: "/health/ready" })).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
});
