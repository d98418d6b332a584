// Says a visit's time in the reader's own zone, where its clock differs from the hospital's at that moment.
for (const place of document.querySelectorAll("[data-own-time]")) {
  const sent = place.dataset.ownTime;
  const at = new Date(sent);
  const offset = /([+-])(\d\d):(\d\d)$/.exec(sent);
  if (Number.isNaN(at.getTime()) || !offset) continue;
  const site = (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  if (site === -at.getTimezoneOffset()) continue;
  const parts = { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "long" };
  place.querySelector("[data-own-time-here]").textContent = at.toLocaleString(document.documentElement.lang, parts);
  place.hidden = false;
}
