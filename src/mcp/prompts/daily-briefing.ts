import { definePrompt } from "./prompt.ts";

/** What a person wants to know in the morning. */
export const dailyBriefing = definePrompt({
  name: "daily_briefing",
  title: "Daily briefing",
  description: "Appointments, unread conversations, due tasks and deals of one day.",
  areas: ["contacts", "opportunities", "calendars", "conversations"],
  arguments: [{ name: "date", description: "The day, YYYY-MM-DD; today unless given" }],
  toSteps: ({ date }, where) => [
    `Brief me on ${date === undefined ? "today" : `the day ${date}`} in ${where}. Read only; change and send nothing.`,
    "Call get_oauth_status for the location and its time zone; every time you name is in that zone.",
    "List the appointments of the day over all calendars: time, person, calendar, who on the team. Point out overlaps and gaps over two hours.",
    "List unread conversations, the longest waiting first: who, since when, what they want in half a sentence.",
    "List tasks that are due that day or overdue, by owner.",
    "List open opportunities that have not moved for 14 days, largest first, at most five.",
    "Write one page: appointments, then what needs an answer, then what is due, then three suggestions for the day in order of their worth.",
  ],
});
