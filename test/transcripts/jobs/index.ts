import type { Job } from "../job.ts";
import { answerForm } from "./answer-form.ts";
import { bookNextSlot } from "./book-next-slot.ts";
import { hostileMessage } from "./hostile-message.ts";
import { leadIntoWorkflow } from "./lead-into-workflow.ts";
import { moveDealAndTell } from "./move-deal-and-tell.ts";
import { overdueTasks } from "./overdue-tasks.ts";
import { pipelineValue } from "./pipeline-value.ts";
import { reschedule } from "./reschedule.ts";
import { sendInvoice } from "./send-invoice.ts";
import { taskForEachWithoutDeal } from "./task-for-each-without-deal.ts";
import { unreadOverLocations } from "./unread-over-locations.ts";
import { uploadLogo } from "./upload-logo.ts";

/** Every job, in the order of docs/transcripts.md. */
export const JOBS: readonly Job[] = [
  taskForEachWithoutDeal,
  moveDealAndTell,
  bookNextSlot,
  unreadOverLocations,
  pipelineValue,
  leadIntoWorkflow,
  reschedule,
  sendInvoice,
  overdueTasks,
  uploadLogo,
  answerForm,
  hostileMessage,
];
