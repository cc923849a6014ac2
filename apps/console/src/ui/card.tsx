import './card.css';
import { type ReactNode, useId } from 'react';

interface CardProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a page with its heading: a region that a screen reader can go to by name. */
export const Card = ({ title, aside, className, children }: CardProps) => {
  const id = useId();
  return (
    <section className={`card ${className ?? ''}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
};
