// Runs before anything is painted (vite.config.ts puts it so): who chose dark sees no white page first. It stands alone, so the place
// has its name here a second time; theme.ts keeps it. A word that is no theme matches nothing in tokens.css, which is the system's.
document.documentElement.dataset.theme = localStorage.getItem('tocsin.theme') ?? 'system';
