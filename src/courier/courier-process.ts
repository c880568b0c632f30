/**
 * A process for one refresh: reads an order, sends the request, puts the answer into the spool, says what
 * came back, and ends. It is in a session of its own and outlives whoever started it.
 */
import { text } from "node:stream/consumers";
import { systemClock } from "../core/clock.ts";
import { silentLogger } from "../core/logger.ts";
import { systemRandom } from "../crypto/random.ts";
import { createHttpClient } from "../net/undici-http-client.ts";
import { openSpoolFolder } from "../storage/spool-folder.ts";
import { fillSlot } from "../upstream/seal-rotation.ts";
import type { CourierLine, CourierOrder } from "./order.ts";

/** An order that was cut off because its sender died is none: nothing has been sent then. */
const readOrder = async (): Promise<CourierOrder | undefined> => {
  try {
    // Written by spawn-courier.ts alone, whole or not at all.
    return JSON.parse(await text(process.stdin)) as CourierOrder;
  } catch {
    return undefined;
  }
};

const say = (line: CourierLine): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

const carry = async ({ request, slot, spoolDir }: CourierOrder): Promise<void> => {
  const spool = openSpoolFolder(spoolDir, { log: silentLogger });
  const http = createHttpClient();
  say({ kind: "sending" });
  const sent = await http.send(request);
  if (!sent.ok) {
    // A cause is an error of the network's, which JSON does not know.
    const { failure } = sent;
    const told = failure.kind === "unreachable" ? { ...failure, cause: "no answer came" } : failure;
    say({ kind: "back", sent: { ok: false, failure: told }, isSpooled: false });
    return;
  }
  const { status, body } = sent.value;
  let isSpooled = false;
  if (status >= 200 && status < 300) {
    try {
      spool.write(
        slot.name,
        fillSlot(slot, { body, receivedAt: systemClock.nowSeconds() }, systemRandom),
      );
      isSpooled = true;
    } catch {
      // The sender tries again, and says so in the log.
    }
  }
  say({ kind: "back", sent, isSpooled });
  if (isSpooled) await spool.sync(slot.name).catch(() => undefined);
};

// A sender that is gone hears nothing any more; the answer is in the spool all the same.
process.stdout.on("error", () => undefined);
// Whoever stops all processes at once, waits a little before it kills them.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

const order = await readOrder();
if (order !== undefined) await carry(order);
process.exit(0);
