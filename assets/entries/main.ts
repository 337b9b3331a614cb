// Starts Stimulus: a page's behaviour lives in small controllers under assets/controllers.
import { Application } from "@hotwired/stimulus";

Application.start();
