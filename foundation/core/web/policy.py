"""Where the content policy must be wider: only pages that read codes with the camera compile WebAssembly."""

from csp.decorators import csp_update

camera_page = csp_update({"script-src": ["'wasm-unsafe-eval'"]})
