import { createLocalEvents, type EventChannel, type HeardEvent } from "../core/events.ts";
import type { Logger } from "../core/logger.ts";
import { type EventMessage, fromMessageText, toMessageText } from "./event-message.ts";

/** A channel that can wait with its connection until there is a use for it. */
export interface StoreEventChannel extends EventChannel {
  /** Begins to hear other processes. Before it, the channel is not up, and costs nothing. */
  start(): void;
}

/** What a wire tells of itself. */
export interface WireEnd {
  heard(text: string): void;
  /** It is connected: what is sent from now on arrives. */
  connected(): void;
  /** What others sent may not all have been heard. */
  missed(): void;
  /** It is not connected. Saying so twice is fine. */
  lost(reason: unknown): void;
}

/** How the messages of one kind of store travel. It connects, and again after a loss, by itself. */
export interface EventWire {
  /** Sends to every process that listens, this one included or not. Rejects where it could not. */
  send(text: string): Promise<void>;
  /** Gives the connection up and makes another. Absent: there is none that could break unnoticed. */
  reconnect?(): void;
  close(): Promise<void>;
}

/** What a channel is made of. */
export interface ChannelParts {
  openWire(end: WireEnd): EventWire;
  /** Tells this process from others. */
  readonly ownId: string;
  readonly log?: Logger | undefined;
  /** How often it is tried whether a wire that may break unnoticed still carries. */
  readonly pulseEveryMs?: number;
}

const PULSE_EVERY_MS = 5_000;
/** More events than this wait for no connection: then the others are told to forget everything. */
const MAX_WAITING = 256;
const CLOSE_WITHIN_MS = 2_000;

interface State {
  readonly parts: ChannelParts;
  readonly local: EventChannel;
  wire: EventWire | undefined;
  isConnected: boolean;
  isUp: boolean;
  /** The log knows of this outage. */
  isToldDown: boolean;
  isClosed: boolean;
  /** Texts that no wire has taken yet. */
  waiting: string[];
  /** Some event could not be sent, or not be kept. */
  isOwed: boolean;
  readonly sending: Set<Promise<void>>;
  whenSent: (() => void) | undefined;
  pulse: number;
  pulseTimer: NodeJS.Timeout | undefined;
}

/**
 * Makes the channel over a wire. Where the wire can break unnoticed, or a proxy can swallow what goes
 * over it, the channel is up once it has heard itself, and for as long as it does every few seconds.
 */
export const createEventChannel = (parts: ChannelParts): StoreEventChannel => {
  const state: State = {
    parts,
    local: createLocalEvents(),
    wire: undefined,
    isConnected: false,
    isUp: false,
    isToldDown: false,
    isClosed: false,
    waiting: [],
    isOwed: false,
    sending: new Set(),
    whenSent: undefined,
    pulse: 0,
    pulseTimer: undefined,
  };
  return {
    start: () => start(state),
    publish: (event) => {
      state.local.publish(event);
      if (state.isClosed) return;
      const text = toMessageText({ from: parts.ownId, event });
      if (text === undefined) {
        parts.log?.error("an event does not fit the channel of events", { kind: event.kind });
        state.isOwed = true;
      } else if (state.waiting.length >= MAX_WAITING) state.isOwed = true;
      else state.waiting.push(text);
      start(state);
      flush(state);
    },
    subscribe: (listener) => state.local.subscribe(guard(listener, parts.log)),
    isShared: true,
    isUp: () => state.isUp,
    close: () => close(state),
  };
};

/** A listener that throws is a bug, and must not keep the others from hearing. */
const guard =
  (listener: (event: HeardEvent) => void, log: Logger | undefined) =>
  (event: HeardEvent): void => {
    try {
      listener(event);
    } catch (cause) {
      log?.error("a listener failed over an event", { kind: event.kind, cause });
    }
  };

const start = (state: State): void => {
  if (state.wire !== undefined || state.isClosed) return;
  state.wire = state.parts.openWire({
    heard: (text) => hear(state, text),
    connected: () => {
      state.isConnected = true;
      if (state.wire?.reconnect === undefined) goUp(state);
      else beat(state);
    },
    missed: () => tellMissed(state),
    lost: (reason) => goDown(state, reason),
  });
};

const hear = (state: State, text: string): void => {
  const message = fromMessageText(text);
  if (message === undefined) {
    state.parts.log?.debug("an event of another version was not understood");
    return;
  }
  if (message.from !== state.parts.ownId) {
    if ("event" in message) state.local.publish(message.event);
    else if ("missed" in message) tellMissed(state);
  } else if ("pulse" in message && message.pulse === state.pulse && state.isConnected) {
    waitToBeat(state);
    goUp(state);
  }
};

const goUp = (state: State): void => {
  if (state.isUp || state.isClosed) return;
  state.isUp = true;
  if (state.isToldDown) state.parts.log?.info("events of other instances arrive again");
  state.isToldDown = false;
  tellMissed(state);
  flush(state);
};

const goDown = (state: State, reason: unknown): void => {
  clearTimeout(state.pulseTimer);
  state.isConnected = false;
  if (!state.isToldDown) {
    state.parts.log?.warn("events of other instances do not arrive", { cause: reason });
  }
  state.isToldDown = true;
  if (!state.isUp) return;
  state.isUp = false;
  tellMissed(state);
};

/** Whoever hears of it forgets what it remembers: never wrong, only slower. */
const tellMissed = ({ local }: State): void => {
  // The local channel hands on whatever it is given; only this file gives it more than events.
  (local.publish as (event: HeardEvent) => void)({ kind: "missed" });
};

const beat = (state: State): void => {
  state.pulse += 1;
  const text = toMessageText({
    from: state.parts.ownId,
    pulse: state.pulse,
  } satisfies EventMessage);
  const lose = (reason: unknown): void => {
    goDown(state, reason);
    state.wire?.reconnect?.();
  };
  const sent = state.pulse;
  clearTimeout(state.pulseTimer);
  state.pulseTimer = setTimeout(
    () => lose(new Error("what this instance sends does not come back to it")),
    (state.parts.pulseEveryMs ?? PULSE_EVERY_MS) / 2,
  ).unref();
  state.wire?.send(text ?? "").catch((error: unknown) => {
    if (state.pulse === sent && state.isConnected) lose(error);
  });
};

const waitToBeat = (state: State): void => {
  clearTimeout(state.pulseTimer);
  if (state.isClosed) return;
  state.pulseTimer = setTimeout(
    () => beat(state),
    state.parts.pulseEveryMs ?? PULSE_EVERY_MS,
  ).unref();
};

/** Sends what waits, in order of publishing as far as the wire keeps it. */
const flush = (state: State): void => {
  const { wire, parts } = state;
  if (wire === undefined || !state.isUp) return;
  const texts = state.waiting;
  state.waiting = [];
  if (state.isOwed) {
    const missed = toMessageText({ from: parts.ownId, missed: true });
    if (missed !== undefined) texts.push(missed);
    state.isOwed = false;
  }
  for (const text of texts) {
    const sending = wire
      .send(text)
      .catch((cause: unknown) => {
        // Sent or not is not known. Sending it again could tell twice; to forget everything is safe.
        state.isOwed = true;
        parts.log?.warn("an event could not be sent to other instances", { cause });
      })
      .finally(() => {
        state.sending.delete(sending);
        state.whenSent?.();
      });
    state.sending.add(sending);
  }
  state.whenSent?.();
};

const close = async (state: State): Promise<void> => {
  if (state.isClosed) return;
  const isIdle = (): boolean =>
    state.sending.size === 0 && state.waiting.length === 0 && !state.isOwed;
  if (state.wire !== undefined && !isIdle()) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
      state.whenSent = () => {
        if (!isIdle()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
  state.isClosed = true;
  state.isUp = false;
  clearTimeout(state.pulseTimer);
  await state.local.close();
  await state.wire?.close();
};
