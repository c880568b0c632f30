import { Agent, request as httpRequest } from "node:http";
import { once } from "node:events";
import { expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { sendRaw } from "./raw-request.ts";
import { startTestServer } from "./test-server.ts";

it("says which address is taken and what to do", async () => {
  const first = await startTestServer();
  const second = await startTestServer();
  await second.server.close();
  const attempt = second.server.listen({ host: "127.0.0.1", port: first.port });
  await expect(attempt).rejects.toBeInstanceOf(AppError);
  await expect(attempt).rejects.toMatchObject({
    code: "port_in_use",
    message: `another program listens on 127.0.0.1:${first.port}: stop it, or set PORT to another port`,
  });
  await first.close();
  await second.close();
});

it("says which address this machine does not have", async () => {
  const server = await startTestServer();
  await server.server.close();
  await expect(server.server.listen({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "config_invalid",
  });
  await server.close();
});

const holdUp = () => {
  let release = (): void => {};
  let started = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const entered = new Promise<void>((resolve) => {
    started = resolve;
  });
  return {
    release: () => release(),
    entered,
    authenticate: async () => {
      started();
      await held;
      return { ok: false, failure: { kind: "missing_token" } } as const;
    },
  };
};

it("finishes what is running, accepts nothing new, and closes connections kept alive", async () => {
  const hold = holdUp();
  const server = await startTestServer({ authorization: { authenticate: hold.authenticate } });
  const agent = new Agent({ keepAlive: true });
  const request = httpRequest({
    agent,
    host: "127.0.0.1",
    port: server.port,
    path: "/mcp",
    method: "POST",
    headers: { host: `localhost:${server.port}` },
  }).end();
  const answered = once(request, "response");
  await hold.entered;
  let closed = false;
  const closing = server.server.close({ graceMs: 60_000 }).then(() => {
    closed = true;
  });
  await expect(sendRaw({ port: server.port, path: "/health/live" })).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
  expect(closed).toBe(false);
  hold.release();
  const [response] = (await answered) as [import("node:http").IncomingMessage];
  expect(response.statusCode).toBe(401);
  expect(response.headers.connection).toBe("close");
  response.resume();
  // The fake clock stands still: only the end of the request can have ended the wait.
  await closing;
  agent.destroy();
  await server.close();
});

it("cuts what is still running after the grace", async () => {
  const hold = holdUp();
  const server = await startTestServer({ authorization: { authenticate: hold.authenticate } });
  const cut = sendRaw({ port: server.port, path: "/mcp", method: "POST" }).catch(
    (error: unknown) => error,
  );
  await hold.entered;
  const closing = server.server.close({ graceMs: 5000 });
  await server.clock.whenSleeping();
  server.clock.advance(5);
  await closing;
  expect(await cut).toMatchObject({ code: "ECONNRESET" });
  hold.release();
  await server.close();
});

it("may be closed more than once", async () => {
  const server = await startTestServer();
  await Promise.all([server.server.close(), server.server.close()]);
  await server.server.close();
  await server.close();
  await expect(sendRaw({ port: server.port, path: "/health/live" })).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
});
