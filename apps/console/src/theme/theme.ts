/** Which colours are shown: those of the system, unless chosen otherwise. */
export const THEMES = ['system', 'light', 'dark'] as const;
/** One of them. */
export type Theme = (typeof THEMES)[number];

/** Of this browser, for good: it says nothing of who looks. Read by before-paint.ts. */
const PLACE = 'tocsin.theme';

/** A theme by its name; what is none is the system's. */
export const themeOf = (name: string | undefined): Theme => THEMES.find((theme) => theme === name) ?? 'system';

/** The theme that is shown. */
export const shownTheme = (): Theme => themeOf(document.documentElement.dataset.theme);

/** Shows a theme, and keeps it for the next time. */
export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(PLACE, theme);
  document.documentElement.dataset.theme = theme;
};

/** Calls back when other colours are shown, by choice or because the system's changed; returns what ends it. */
export const whenColoursChange = (changed: () => void): (() => void) => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(changed);
  system.addEventListener('change', changed);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', changed);
    chosen.disconnect();
  };
};
