import type { AuditEvent, AuditTrail } from "../../src/core/audit.ts";

/** An audit trail that shows a test what was recorded, oldest first. */
export interface AuditRecorder extends AuditTrail {
  readonly events: readonly AuditEvent[];
  /** Forgets what was recorded so far. */
  clear(): void;
}

/** Makes a recorder. */
export function createAuditRecorder(): AuditRecorder {
  const events: AuditEvent[] = [];
  return {
    events,
    record: async (event) => {
      events.push(event);
    },
    list: async () => [],
    clear: () => {
      events.length = 0;
    },
  };
}
