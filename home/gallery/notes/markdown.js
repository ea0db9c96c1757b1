/**
 * The part of Markdown that people type by habit: headings, lists, tasks, quotes, code, bold, italics.
 * Answers elements, never markup: a note can hold any text. `tick(line)` is called when a task's box is clicked.
 */
window.renderMarkdown = (text, tick) => {
  const { el } = window.matrix;
  const inline = (line) =>
    line.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|_[^_\s][^_]*_)/).map((part) => {
      if (/^`.+`$/.test(part)) return el('code', {}, part.slice(1, -1));
      if (/^\*\*.+\*\*$/.test(part)) return el('strong', {}, part.slice(2, -2));
      if (part.length > 2 && /^(\*.+\*|_.+_)$/.test(part)) return el('em', {}, part.slice(1, -1));
      return part;
    });

  const blocks = [];
  let list = null;
  let paragraph = null;
  let code = null;
  const item = (tag, ...children) => {
    if (list?.localName !== tag) {
      list = el(tag);
      blocks.push(list);
    }
    list.append(...children);
  };

  text.split('\n').forEach((line, number) => {
    const fence = line.startsWith('```');
    if (code) {
      if (fence) code = null;
      else code.append(`${line}\n`);
      return;
    }
    const heading = /^(#{1,3}) +(.+)/.exec(line);
    const task = /^\s*[-*] \[([ xX])\] (.*)/.exec(line);
    const bullet = /^\s*[-*] (.+)/.exec(line);
    const numbered = /^\s*\d+[.)] (.+)/.exec(line);
    const quote = /^> ?(.*)/.exec(line);
    if (!task && !bullet && !numbered) list = null;
    if (fence) {
      code = el('code');
      blocks.push(el('pre', {}, code));
    } else if (heading) blocks.push(el(`h${heading[1].length}`, {}, inline(heading[2])));
    else if (task)
      item(
        'ul',
        el(
          'li',
          { className: 'task' },
          el('input', {
            type: 'checkbox',
            checked: task[1] !== ' ',
            'aria-label': task[2] || 'Task',
            onchange: () => tick(number),
          }),
          el('span', {}, inline(task[2])),
        ),
      );
    else if (bullet) item('ul', el('li', {}, inline(bullet[1])));
    else if (numbered) item('ol', el('li', {}, inline(numbered[1])));
    else if (quote) blocks.push(el('blockquote', {}, inline(quote[1])));
    else if (line.trim() !== '') {
      if (paragraph) paragraph.append(el('br'), ...inline(line));
      else {
        paragraph = el('p', {}, inline(line));
        blocks.push(paragraph);
      }
      return;
    }
    paragraph = null;
  });
  return blocks;
};
