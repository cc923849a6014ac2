import './theme/tokens.css';
import './theme/base.css';
import './ui/parts.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './console.js';

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no place for the console.');
createRoot(place).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
