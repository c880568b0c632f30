import { systemClock } from "../../src/core/clock.ts";
import type { HeardEvent, StoreEvent } from "../../src/core/events.ts";
import { openEventChannel, openRecordStore } from "../../src/storage/open.ts";

/** What the process of this file says. */
export type PeerSays = { readonly up: true } | { readonly heard: HeardEvent };

// Started by the contract of channels alone: the URL, then an event to publish with every message.
const url = process.argv[2] ?? "";
const store = await openRecordStore(url, { clock: systemClock });
const channel = await openEventChannel(url, { clock: systemClock, ownId: `peer-${process.pid}` });
const say = (what: PeerSays): void => void process.send?.(what);
let wasUp = false;
channel.subscribe((heard) => {
  if (channel.isUp() && !wasUp) say({ up: true });
  wasUp = channel.isUp();
  say({ heard });
});
process.on("message", (message: StoreEvent | "end") => {
  if (message !== "end") channel.publish(message);
  else void end();
});
const end = async (): Promise<void> => {
  await channel.close();
  await store.close();
  process.disconnect();
};
channel.start();
