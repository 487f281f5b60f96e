// The script of the page. The page is complete without it; it adds search, filters, keys, links to rows and a theme.
{
  const $ = (id) => document.getElementById(id);
  const on = (target, type, act) => target.addEventListener(type, act);
  const root = document.documentElement;
  const [list, form, search, theme] = [$('list'), $('controls'), $('search'), $('theme')];

  try {
    root.dataset.theme = localStorage.getItem('gesture-theme') ?? '';
  } catch {}
  theme.hidden = false;
  on(theme, 'click', () => {
    const isDark = getComputedStyle(root).colorScheme === 'dark';
    const followsDark = !root.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = isDark || followsDark ? 'light' : 'dark';
    try {
      localStorage.setItem('gesture-theme', root.dataset.theme);
    } catch {}
  });

  if (list) {
    const rows = [...list.children];
    const plain = (text) => text.normalize('NFKC').toLowerCase();
    const texts = rows.map((row) => plain(row.querySelector('summary').textContent));
    const shown = () => rows.filter((row) => !row.hidden);

    const filter = () => {
      const words = plain(search.value).split(/\s+/);
      const who = form.elements.who?.value ?? 'all';
      const label = form.elements.label.value;
      let count = 0;
      for (const [i, row] of rows.entries()) {
        const { l, c } = row.dataset;
        const fits =
          (who === 'all' || (who === 'converted') === (c === '')) &&
          (label === '' || label === l) &&
          words.every((word) => texts[i].includes(word));
        if (row.hidden === fits) row.hidden = !fits;
        count += fits;
      }
      $('count').textContent = `${count} of ${rows.length} shown`;
      $('none').hidden = count > 0;
    };

    const block = $('cards');
    let cards;
    const inflate = async () => {
      const { deflated } = JSON.parse(block.textContent);
      const bytes = Uint8Array.from(atob(deflated), (c) => c.charCodeAt(0));
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).json();
    };
    const fill = async (row) => {
      const brief = row.querySelector('.brief');
      if (!brief) return;
      const all = await (cards ??= inflate());
      brief.outerHTML = all[rows.indexOf(row)];
    };

    const visit = () => {
      const row = $(location.hash.slice(1));
      if (!rows.includes(row)) return;
      if (row.hidden) {
        form.reset();
        if (form.elements.who) form.elements.who.value = 'all';
        filter();
      }
      row.firstChild.open = true;
      row.scrollIntoView();
      row.querySelector('summary').focus({ preventScroll: true });
    };
    list.addEventListener(
      'toggle',
      ({ target }) => {
        const row = target.parentNode;
        if (!target.open || !rows.includes(row)) return;
        void fill(row);
        try {
          history.replaceState(null, '', `#${row.id}`);
        } catch {}
      },
      true,
    );

    const safe = (text) => (/^[\s\p{C}']*[=+\-@]/u.test(text.normalize('NFKC')) ? `'${text}` : text);
    const table = () => {
      const cells = {
        rank: '.n',
        name: '.who b',
        user_id: '.id',
        score: '.score',
        label: '.label span',
        explanation: '.why',
        ...(list.querySelector('.contact') && { contact: '.contact' }),
      };
      const text = (row, cell) => (row.querySelector(cell)?.textContent ?? '').trim().replaceAll(/\s/g, ' ');
      const lines = shown().map((row) => Object.values(cells).map((cell) => safe(text(row, cell))));
      return [Object.keys(cells), ...lines].map((line) => line.join('\t')).join('\n');
    };
    const copy = $('copy');
    on(copy, 'click', async () => {
      try {
        await navigator.clipboard.writeText(table());
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Not allowed here';
      }
      setTimeout(() => (copy.textContent = 'Copy as table'), 2000);
    });

    const step = (by) => {
      const all = shown();
      const at = all.indexOf(document.activeElement.closest('li'));
      const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
      next?.querySelector('summary').focus();
    };
    on(window, 'keydown', (event) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target === search) {
        if (key === 'Escape') {
          search.value = '';
          filter();
          search.blur();
        } else if (key === 'Enter') step(0);
        return;
      }
      if (key === '/') {
        event.preventDefault();
        search.focus();
      } else if (key === 'j') step(1);
      else if (key === 'k') step(-1);
    });

    form.hidden = false;
    on(form, 'submit', (event) => event.preventDefault());
    on(form, 'input', filter);
    on(window, 'hashchange', visit);
    filter();
    visit();
  }
}
