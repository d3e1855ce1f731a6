/* Makes the link in <council-chat> open the chat in a panel. */
const make = (tag, parts) => Object.assign(document.createElement(tag), parts);
const css = `:host{position:fixed;right:1rem;bottom:1rem;z-index:99999}
::slotted(a){display:block;padding:.875rem 1.25rem;border:2px solid #fff;border-radius:2rem;background:#0b0c0c;color:#fff;font:700 1.0625rem/1.2 arial,sans-serif;text-decoration:none}
::slotted(a:hover){text-decoration:underline}
::slotted(a:focus){outline:3px solid #0b0c0c;background:#fd0;color:#0b0c0c}
iframe{position:fixed;right:1rem;bottom:5rem;width:400px;height:640px;max-height:calc(100vh - 6rem);border:1px solid #505a5f;border-radius:8px;background:#fff;box-shadow:0 6px 24px #0005}
iframe[hidden]{display:none}
@media(max-width:40em),(max-height:30em){iframe{inset:0;width:100%;height:100%;max-height:none;border:0;border-radius:0}}
@media print{:host{display:none}}`;

class CouncilChat extends HTMLElement {
  connectedCallback() {
    const link = (this.link = this.querySelector("a[href]"));
    if (!link || this.url) return;
    this.url = new URL(link.href.replace("/chat/", "/w/"));
    const start = () => this.start(link);
    fetch(this.url + "/state").then((r) => r.status == 410 || start(), start);
  }

  start(link) {
    const words = link.textContent;
    const root = this.attachShadow({ mode: "open" });
    root.append(make("slot"));
    try {
      root.adoptedStyleSheets = [new CSSStyleSheet()];
      root.adoptedStyleSheets[0].replaceSync(css);
    } catch {
      root.append(make("style", { textContent: css }));
    }
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", false);
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(!this.open);
    };
    link.onkeydown = (event) => {
      if (event.key === " ") link.onclick(event);
      if (event.key === "Escape") this.show(false);
    };
    addEventListener("message", ({ source, origin, data }) => {
      if (!this.frame || source !== this.frame.contentWindow || origin !== this.url.origin || data?.desk !== 1) return;
      if (data.type === "ready") this.tell();
      if (data.type === "close") this.show(false), link.focus();
      if (data.type === "unread") link.textContent = data.count > 0 ? `${words} (${+data.count})` : words;
    });
  }

  show(open) {
    if (open === !!this.open) return;
    this.open = open;
    this.link.setAttribute("aria-expanded", open);
    if (this.frame) this.tell();
    else {
      this.frame = make("iframe", {
        src: this.url,
        title: this.getAttribute("frame-title") || this.link.textContent,
        onload: () => this.tell(),
      });
      this.shadowRoot.append(this.frame);
    }
    this.frame.hidden = !open;
    if (open) this.frame.focus();
  }

  tell() {
    this.frame.contentWindow.postMessage({ desk: 1, type: this.open ? "open" : "close" }, this.url.origin);
  }
}

customElements.get("council-chat") || customElements.define("council-chat", CouncilChat);
