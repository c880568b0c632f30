import type { EventWire, WireEnd } from "./event-channel.ts";
import { createRedisClient, readRedisUrl } from "./redis-connection.ts";
import { toUnavailable } from "./unavailable.ts";

/**
 * The wire of a Redis store: PUBLISH and SUBSCRIBE on two connections of their own, made again where they
 * break. Channels of Redis are those of all its databases, so the name has the prefix and the number.
 * Throws `AppError("config_invalid")` for a URL that is none.
 */
export const openRedisWire = (text: string, end: WireEnd): EventWire => {
  const settings = readRedisUrl(text);
  const { place, prefix, database } = settings;
  const channel = `${prefix}events:${database}`;
  const listening = createRedisClient(settings, { isListening: true });
  const sending = createRedisClient(settings);
  let lastError: unknown;
  let isClosed = false;
  const lose = (): void => {
    if (!isClosed) end.lost(toUnavailable(place, lastError ?? new Error("the connection ended")));
  };
  // A connection that cannot be made is told here, and tried again by the client.
  const note = (error: unknown): void => void (lastError = error);
  for (const redis of [listening, sending]) {
    redis.on("error", note);
    redis.on("close", lose);
  }
  const join = async (): Promise<void> => {
    // Whichever of the two comes last finds both there.
    if (listening.status !== "ready" || sending.status !== "ready") return;
    await listening.subscribe(channel);
    if (!isClosed) end.connected();
  };
  for (const redis of [listening, sending]) {
    redis.on("ready", () => {
      join().catch((error: unknown) => {
        note(error);
        listening.disconnect(true);
      });
    });
  }
  listening.on("message", (_channel, message) => end.heard(message));
  for (const redis of [listening, sending]) redis.connect().catch(note);

  return {
    send: async (message) => {
      try {
        await sending.publish(channel, message);
      } catch (error) {
        throw toUnavailable(place, error);
      }
    },
    reconnect: () => {
      for (const redis of [listening, sending]) redis.disconnect(true);
    },
    close: async () => {
      isClosed = true;
      for (const redis of [listening, sending]) redis.disconnect();
    },
  };
};
