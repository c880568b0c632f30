import type { HttpFailure, HttpRequest, HttpResponse } from "../core/http-client.ts";
import type { Result } from "../core/result.ts";
import type { RotationSlot } from "../upstream/seal-rotation.ts";

/** What a courier is told on its standard input, as JSON. */
export interface CourierOrder {
  readonly request: Pick<HttpRequest, "method" | "url" | "timeoutMs" | "maxBytes"> & {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly slot: RotationSlot;
  readonly spoolDir: string;
}

/** What a courier says on its standard output, a line of JSON each. */
export type CourierLine =
  /** From here on the request may have had its effect. */
  | { readonly kind: "sending" }
  | {
      readonly kind: "back";
      readonly sent: Result<HttpResponse, HttpFailure>;
      readonly isSpooled: boolean;
    };
