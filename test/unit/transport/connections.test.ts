import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";

it("closes connections beyond the limit as they come, and says so once a minute", async () => {
  const server = await startTestServer({ maxConnections: 2 });
  const open = async (): Promise<Socket> => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  const kept = [await open(), await open()];
  for (let more = 0; more < 3; more += 1) {
    const refused = await open();
    refused.resume();
    await once(refused, "close");
  }
  expect(kept.every((socket) => !socket.closed && !socket.readableEnded)).toBe(true);
  const said = server.logLines.filter((line) => line.includes("MAX_CONNECTIONS"));
  expect(said).toHaveLength(1);
  for (const socket of kept) socket.destroy();
  await server.close();
});
