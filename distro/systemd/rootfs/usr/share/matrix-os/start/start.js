// Waits for the code that matrix-sign-in.service leaves, then enters the desktop with it. A page of a file can read
// files as scripts but not their text, which is why the code comes as one.
const source = 'file:///run/matrix-sign-in/code.js';
const READING_MS = 20_000;
let entering = false;
const used = sessionStorage.getItem('used');

globalThis.enter = (address, problems) => {
  // A code works once. After a reload of this page the next one is waited for.
  if (address === used || entering) return;
  entering = true;
  const go = () => {
    sessionStorage.setItem('used', address);
    location.replace(address);
  };
  if (problems.length === 0) return go();
  document.getElementById('message').textContent = `${problems.join(' ')} Press Enter to go on.`;
  document.getElementById('message').setAttribute('role', 'alert');
  for (const event of ['keydown', 'pointerdown']) addEventListener(event, go, { once: true });
  // Nobody may be there to press anything.
  setTimeout(go, READING_MS);
};

const look = () => {
  const script = document.createElement('script');
  script.src = `${source}?${performance.now()}`;
  script.onload = script.onerror = () => {
    script.remove();
    setTimeout(look, 150);
  };
  document.head.append(script);
};
look();

setTimeout(() => {
  if (entering) return;
  document.getElementById('message').textContent =
    'This takes longer than usual. Ctrl+Alt+F2 leads to a login; "journalctl -b -u matrix-gateway" tells why.';
}, 60_000);
addEventListener('mousemove', (event) => {
  if (event.movementX !== 0 || event.movementY !== 0) document.documentElement.classList.add('moved');
});
