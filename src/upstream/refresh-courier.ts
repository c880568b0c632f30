import type { HttpFailure, HttpRequest, HttpResponse } from "../core/http-client.ts";
import type { Result } from "../core/result.ts";
import type { RotationSlot } from "./seal-rotation.ts";

/** What a courier came back with. */
export interface Carried {
  readonly sent: Result<HttpResponse, HttpFailure>;
  /** The answer lies in the spool. */
  readonly isSpooled: boolean;
}

/**
 * Carries a refresh to GoHighLevel and its answer into the spool, whatever becomes of the process that
 * asked for it.
 */
export interface RefreshCourier {
  /** Sends a request once. Undefined if it was not sent at all: then the caller sends it. */
  carry(request: HttpRequest, slot: RotationSlot): Promise<Carried | undefined>;
}
