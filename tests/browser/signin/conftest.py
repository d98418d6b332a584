import threading

import pytest
from werkzeug.serving import make_server

from tests.integration.signin.ehr import Ehr
from tests.integration.signin.rig import Rig, hospital


@pytest.fixture
def live(tmp_path):
    """(rig, ehr, address): the portal on localhost, the EHR on 127.0.0.1: two sites, as in the demo."""
    ehr = Ehr()
    gate = make_server("localhost", 0, lambda *_: [], threaded=True)
    address = f"http://localhost:{gate.server_port}"
    rig = Rig(tmp_path, [hospital(ehr)], public_url=address)
    gate.app = rig.portal
    thread = threading.Thread(target=gate.serve_forever)
    thread.start()
    yield rig, ehr, address
    gate.shutdown()
    thread.join()
    gate.server_close()
    rig.close()
    ehr.close()
