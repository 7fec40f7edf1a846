// A JupyterLab 4 prebuilt extension, written by hand: no bundler, nothing to build. JupyterLab loads this file, asks the
// container at its end for "./extension", and lends it its own modules through the shared scope.
//
// A notebook with `"qpm": {"autorun": true}` in its metadata is a field page. It is run when it is opened and again
// whenever its kernel has been restarted or has died, and a person sees the page that it draws and nothing of Jupyter:
// no code, menus, side panels, shortcuts or dialogs. "Show the workbench" on the desk gives all of that back for the window.
(() => {
  const NAME = "qpm-field-kit";
  const here = document.currentScript.src;

  // JupyterLab is not to be seen while it loads either.
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("field.css", here) }));
  if (sessionStorage.getItem("qpm-workbench") !== "shown") document.body.classList.add("qpm-field");

  let scope;
  const borrow = async (name) => {
    const versions = Object.values(scope[`@jupyterlab/${name}`]);
    return (await (versions.find(({ loaded }) => loaded) ?? versions[0]).get())();
  };
  const container = {
    init: async (sharedScope) => {
      scope = sharedScope;
    },
    get: async () => {
      const [{ Pages }, apputils, cells, docmanager, notebook] = await Promise.all([
        import(new URL("pages.js", here)),
        ...["apputils", "cells", "docmanager", "notebook"].map(borrow),
      ]);
      const plugin = {
        id: `${NAME}:pages`,
        autoStart: true,
        requires: [notebook.INotebookTracker, docmanager.IDocumentManager],
        activate: (app, tracker, documents) => {
          const pages = new Pages(app, documents, { apputils, cells });
          tracker.widgetAdded.connect((_, panel) => pages.add(panel));
          tracker.forEach((panel) => pages.add(panel));
        },
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  (window._JUPYTERLAB ??= {})[NAME] = container;
})();
