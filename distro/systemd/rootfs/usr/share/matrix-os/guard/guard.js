// A link that leads out of the desktop opens a window, in which the policy shows that it is blocked. Nothing on a screen
// without frames could close that window, so it goes at once: the first one, which is the desktop, stays alone.
chrome.tabs.onCreated.addListener(async () => {
  const ids = (await chrome.tabs.query({})).map((tab) => tab.id);
  await chrome.tabs.remove(ids.filter((id) => id !== Math.min(...ids)));
});
